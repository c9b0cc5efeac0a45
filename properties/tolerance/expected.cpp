// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/expected.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties {
namespace {

constexpr double share_of_tensor = 1e-11;
constexpr double share_of_gradient = 1e-13;

double finite_size(double value) {
  return std::isfinite(value) ? std::abs(value) : 0.0;
}

/// The largest finite |entry|, since an infinite one would allow any error.
double largest(const Matrix<double>& values) {
  double found = 0.0;
  for (Index i = 0; i < values.size(); ++i) found = std::max(found, finite_size(values.data()[i]));
  return found;
}

}  // namespace

GradientAnswer truth_from(const ExpectedGradient& expected, const GradientAnswer& answer) {
  GradientAnswer truth = answer;
  if (expected.loss) truth.loss = Digits50(*expected.loss);
  if (expected.logits.size() > 0) truth.logits = expected.logits.cast<Digits50>();
  for (const ParameterSlot& slot : truth.gradient.slots()) {
    const auto found = expected.gradient.find(slot.name);
    if (found == expected.gradient.end()) continue;
    truth.gradient.matrix(slot) = found->second.cast<Digits50>();
  }
  return truth;
}

GradientBounds expected_bounds(const ExpectedGradient& expected, const Model& model) {
  double largest_gradient = 0.0;
  for (const auto& [name, values] : expected.gradient) {
    largest_gradient = std::max(largest_gradient, largest(values));
  }
  GradientBounds bounds{.loss = share_of_tensor * finite_size(expected.loss.value_or(0.0)),
                        .gradient = {},
                        .logits = {}};
  bounds.logits.assign(static_cast<std::size_t>(expected.logits.rows()),
                       share_of_tensor * largest(expected.logits));
  for (const ParameterSlot& slot : parameter_slots(model)) {
    const auto found = expected.gradient.find(slot.name);
    const double tensor = found == expected.gradient.end() ? 0.0 : largest(found->second);
    bounds.gradient.emplace_back(static_cast<std::size_t>(slot.rows),
                                 share_of_tensor * tensor + share_of_gradient * largest_gradient);
  }
  return bounds;
}

}  // namespace slim::properties
