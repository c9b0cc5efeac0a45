// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"
#include "properties/own_model/slope_along.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

/// Compares the gradient of one pass with the slope of the same pass's loss along all tensors
/// together, and along `singles` of them alone.
Finding slopes_match(OwnSubject& subject, const OwnCase& c, Scalar scalar, Index slice_length,
                     int singles) {
  if (scalar != Scalar::float64) {
    return not_claimed("slopes in float32, whose losses are too coarse");
  }
  Request request = c.request(0);
  request.wants_gradient = true;
  const Deviation allowed =
      deviation_of(subject, c, std::move(request), scalar, Rounding::of_scalar);
  const Values gradient = slice_length == 0
                              ? allowed.unmoved.gradient
                              : gradient_in(subject, c, slice_length, scalar).gradient;
  Comparison comparison(subject, allowed);
  const Random random(c.seed, stream_named("own tensors"));
  const auto& parameters = subject.declared().parameters;
  for (int n = -1; n < singles; ++n) {
    const int tensor =
        n < 0 ? -1
              : static_cast<int>(random.below(parameters.size(), static_cast<std::uint64_t>(n)));
    if (tensor >= 0 && !parameters[static_cast<std::size_t>(tensor)].is_slope) continue;
    const SlopeAlong along =
        slope_along(subject, c, slice_length, allowed, gradient, direction_of(subject, c, tensor));
    const double error = std::abs(along.slope - along.product);
    const bool counts = along.scale > 64.0 * allowed.unit * std::abs(allowed.unmoved.loss);
    comparison.error(
        "slope along " +
            (tensor < 0 ? "all parameters" : parameters[static_cast<std::size_t>(tensor)].name),
        std::isfinite(error) ? error : HUGE_VAL, along.bound, counts ? along.scale : 0.0);
  }
  return comparison.finding();
}

std::string unclaimed_slopes(const foreign::OwnModel& declared) {
  const bool any =
      std::ranges::any_of(declared.parameters, &foreign::OwnModel::Parameter::is_slope);
  return any ? "" : "a gradient that is the slope of the loss";
}

Finding check_full(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  return slopes_match(subject, c, scalar, 0, 3);
}

Finding check_sliced(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  return slopes_match(subject, c, scalar, c.slice_length, 1);
}

}  // namespace

OwnLaw own_slope_of_loss() {
  return {.name = "own-slope-of-loss",
          .statement = "⟨gradient, v⟩ is the slope of the full loss along v",
          .source = "definition of a gradient",
          .unclaimed = unclaimed_slopes,
          .check = check_full};
}

OwnLaw own_slope_of_sliced_loss() {
  return {.name = "own-slope-of-sliced-loss",
          .statement = "⟨sliced gradient, v⟩ is the slope of the sliced loss along v, at fixed C",
          .source = "section 3 of the paper: the sliced gradient is exact",
          .unclaimed =
              [](const foreign::OwnModel& declared) {
                return declared.sliced ? unclaimed_slopes(declared) : std::string("slices");
              },
          .check = check_sliced};
}

}  // namespace slim::properties::own_model
