// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/rounded_arguments.hpp"

#include "reference/performer/attention_side.hpp"

#include <cmath>
#include <functional>

namespace slim::properties {
namespace {

/// Whether `holds(x, ω, c)` for some row x of queries or keys, with the projection of its head,
/// empty if there is none, and the factor of its side.
using OfRow =
    std::function<bool(const RowVector<double>& x, const Matrix<double>& omega, double c)>;
bool is_any_row(const AttentionInputs<double>& inputs, const OfRow& holds) {
  for (const bool is_query : {true, false}) {
    const Heads<double>& heads = is_query ? inputs.q : inputs.k;
    const double c =
        inputs.conventions.input_scale *
        reference::side_scale<double>(inputs.conventions.scaling,
                                      inputs.feature_map.kind == FeatureKind::favor_plus, is_query,
                                      heads.sizes().cols);
    for (Index at = 0; at < heads.sizes().batch * heads.sizes().heads; ++at) {
      const Index b = at / heads.sizes().heads;
      const Index h = at % heads.sizes().heads;
      const Matrix<double> omega =
          inputs.omega.empty() ? Matrix<double>() : Matrix<double>(inputs.omega(0, h));
      for (Index l = 0; l < heads.sizes().rows; ++l) {
        if (holds(heads(b, h).row(l), omega, c)) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool has_unsure_slope(const AttentionInputs<double>& inputs, double roundoff) {
  const FeatureKind of_keys = inputs.conventions.keys.map.value_or(inputs.feature_map.kind);
  if (inputs.features_given || !inputs.feature_map.projected || !inputs.wants_pullback ||
      !(has_kink(inputs.feature_map.kind) || has_kink(of_keys))) {
    return false;
  }
  const bool is_exact = inputs.conventions.unit_length == UnitLength::none;
  return is_any_row(inputs, [&](const RowVector<double>& x, const Matrix<double>& omega, double c) {
    const double terms = static_cast<double>(x.cols()) + 4.0;
    for (Index m = 0; m < omega.cols(); ++m) {
      const double sum = x.dot(omega.col(m).transpose());
      const double sizes = x.cwiseAbs().dot(omega.col(m).cwiseAbs().transpose());
      if (sum == 0.0 && (sizes == 0.0 || (is_exact && c == 1.0))) continue;
      if (std::abs(sum) <= 2.0 * terms * roundoff * sizes) return true;
    }
    return false;
  });
}

bool has_cancelled_row(const AttentionInputs<double>& inputs) {
  constexpr double small = 0.01;
  if (inputs.features_given || inputs.feature_map.kind != FeatureKind::elu_plus_one ||
      inputs.conventions.elu_cancellation == 0.0) {
    return false;
  }
  return is_any_row(inputs, [&](const RowVector<double>& x, const Matrix<double>& omega, double c) {
    const RowVector<double> u = omega.size() == 0 ? x : RowVector<double>(x * omega);
    return std::exp(std::min(0.0, c * u.maxCoeff())) < small;
  });
}

}  // namespace slim::properties
