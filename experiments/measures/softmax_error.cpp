// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/softmax_error.hpp"

#include "reference/performer/feature_map.hpp"
#include "reference/performer/kernel_attention.hpp"
#include "reference/performer/softmax_attention.hpp"
#include "reference/vocabulary/model/random_projection.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <cmath>

namespace slim::experiments {
namespace {

Matrix<double> drawn_rows(Index rows, Index width, double deviation, const Random& random) {
  Matrix<double> result(rows, width);
  for (Index i = 0; i < result.size(); ++i) {
    result.data()[i] = deviation * random.normal(static_cast<std::uint64_t>(i));
  }
  return result;
}

/// Ŷ with the features of one projection.
Matrix<double> favor_attention(const reference::SoftmaxRows<double>& rows, const Model& model,
                               const Matrix<double>& omega) {
  const reference::FeatureFunction<double> g{
      model.feature_map, model.conventions, {omega.data(), omega.rows(), omega.cols()}};
  const Index M = omega.cols();
  const reference::PrefixSums<double> nothing{.R = Matrix<double>::Zero(rows.V.cols(), M),
                                              .S = Vector<double>::Zero(M)};
  return reference::kernel_attention<double>({.gQ = reference::features(g, rows.Q),
                                              .gK = reference::features(g, rows.K),
                                              .V = rows.V},
                                             nothing, {})
      .Y;
}

}  // namespace

SoftmaxError measure_softmax_error(const Setting& setting) {
  const Model& model = setting.model;
  require_valid(setting);
  require(model.heads == 1 && model.feature_map.kind == FeatureKind::favor_plus,
          "the error relative to softmax attention needs one head with favor+ features");
  const Index L = setting.length;
  const Index d = model.head_dim();
  const auto stream = [&](const char* name) { return Random(setting.seed, stream_named(name)); };
  const double deviation = reference::favor_scale<double>(d) * setting.key_scale;
  const reference::SoftmaxRows<double> rows{
      .Q = drawn_rows(L, d, deviation, stream("softmax-error.q")),
      .K = drawn_rows(L, d, deviation, stream("softmax-error.k")),
      .V = drawn_rows(L, d, 1.0, stream("softmax-error.v"))};
  const Matrix<double> Y =
      reference::softmax_attention(rows, Scaling::both, reference::KernelRule{}).Y;
  const auto error = [&](ProjectionKind kind) {
    const Matrix<double> omega =
        random_projection(d, model.features(), kind, stream("softmax-error.projection"));
    return (favor_attention(rows, model, omega) - Y).norm() / Y.norm();
  };
  return {.independent = error(ProjectionKind::independent),
          .orthogonal = error(ProjectionKind::orthogonal),
          .orthogonal_chi = error(ProjectionKind::orthogonal_chi)};
}

}  // namespace slim::experiments
