// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/laws.hpp"
#include "properties/own_model/slope_along.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

/// How well a slope has to be known to judge a gradient by it.
struct Resolution {
  double share;  ///< the bound may be this share of the gradient's scale,
  double least;  ///< or the same share of this share of the scale along all parameters
};

Resolution resolution_in(Scalar scalar) {
  return scalar == Scalar::float32 ? Resolution{.share = 0.25, .least = 0.05}
                                   : Resolution{.share = 0.01, .least = 0.01};
}

std::string tensor_of_slope(const std::string& parameter) {
  return "slope along " + parameter;
}

/// Counts which tensors the directions of one case judge.
class SlopeCounts {
 public:
  SlopeCounts(const foreign::OwnModel& declared, Comparison& comparison, Scalar scalar)
      : declared_(declared), comparison_(comparison), resolution_(resolution_in(scalar)) {}

  /// The first direction. If the loss does not even change along all parameters together, nothing
  /// is judged. A tensor is judged with the others if its part is much larger than the bound, or if
  /// the bound is so small that its slope can only be that small; else it is listed, but does not
  /// count as compared.
  void add_all(const SlopeAlong& along, double smallest) {
    whole_ = along.scale > smallest ? along.scale : 0.0;
    const bool is_judged = whole_ > 0.0 && along.bound <= resolution_.share * whole_;
    count(slope_of_all, is_judged ? Known::judged : Known::unknown, 1);
    for (std::size_t t = 0; t < along.parts.size(); ++t) {
      const foreign::OwnModel::Parameter& of = declared_.parameters[t];
      const Known known = of.is_slope ? known_by(along.bound, along.parts[t]) : Known::unknown;
      count(of.name, known, known == Known::unknown ? 0 : 1);
    }
  }
  void add(const std::string& name, const SlopeAlong& along) {
    count(name, known_by(along.bound, along.scale), 1);
  }

  static constexpr const char* slope_of_all = "all parameters";

 private:
  enum class Known { judged, near_zero, unknown };

  [[nodiscard]] Known known_by(double bound, double scale) const {
    if (!(whole_ > 0.0)) return Known::unknown;
    if (bound <= resolution_.share * scale) return Known::judged;
    const bool is_near_zero = bound <= resolution_.share * resolution_.least * whole_;
    return is_near_zero ? Known::near_zero : Known::unknown;
  }
  void count(const std::string& name, Known known, long compared) {
    comparison_.counted({.tensor = tensor_of_slope(name),
                         .compared = compared,
                         .judged = known == Known::unknown ? 0 : 1,
                         .slope_along = name,
                         .near_zero = known == Known::near_zero ? 1 : 0});
  }

  const foreign::OwnModel& declared_;
  Comparison& comparison_;
  Resolution resolution_;
  double whole_ = 0.0;  ///< the scale along all parameters
};

/// Compares the gradient of one pass with the slope of the same pass's loss along all tensors
/// together, and along `singles` neighbouring ones alone.
Finding slopes_match(OwnSubject& subject, const OwnCase& c, Scalar scalar, Index slice_length,
                     std::size_t singles) {
  const bool is_narrow = subject.declared().narrowest > unit_roundoff(Scalar::float32);
  if (scalar == Scalar::float32 && is_narrow && subject.offers(Scalar::float64)) {
    return not_claimed("slopes in float32, which its narrower internal types make too coarse");
  }
  Request request = c.request(0);
  request.wants_gradient = true;
  const Deviation allowed =
      deviation_of(subject, c, std::move(request), scalar,
                   scalar == Scalar::float32 ? Rounding::of_narrowest : Rounding::of_scalar);
  const Values gradient = slice_length == 0
                              ? allowed.unmoved.gradient
                              : gradient_in(subject, c, slice_length, scalar).gradient;
  Comparison comparison(subject, allowed);
  SlopeCounts counts(subject.declared(), comparison, scalar);
  double noise = 0.0;
  const auto along_tensor = [&](int tensor) {
    return slope_along(subject, c, scalar, slice_length, allowed, noise, gradient,
                       direction_of(subject, c, tensor));
  };
  const auto compare = [&](const std::string& name, const SlopeAlong& along) {
    const double error = std::abs(along.slope - along.product);
    comparison.error(tensor_of_slope(name), std::isfinite(error) ? error : HUGE_VAL, along.bound);
  };
  const SlopeAlong all = along_tensor(-1);
  compare(SlopeCounts::slope_of_all, all);
  counts.add_all(all, 64.0 * allowed.unit * allowed.size_of_loss);
  noise = all.noise;
  const auto& parameters = subject.declared().parameters;
  const std::size_t first = Random(c.seed, stream_named("own tensors")).below(parameters.size(), 0);
  for (std::size_t n = 0; n < std::min(singles, parameters.size()); ++n) {
    const std::size_t tensor = (first + n) % parameters.size();
    if (!parameters[tensor].is_slope) continue;
    const std::string& name = parameters[tensor].name;
    const SlopeAlong along = along_tensor(static_cast<int>(tensor));
    compare(name, along);
    counts.add(name, along);
  }
  return comparison.finding();
}

/// Where float64 is not offered, the direction along all tensors hardly sees the small ones.
Finding check_full(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  return slopes_match(subject, c, scalar, 0, subject.offers(Scalar::float64) ? 3 : 12);
}

Finding check_sliced(OwnSubject& subject, const OwnCase& c, Scalar scalar) {
  return slopes_match(subject, c, scalar, c.slice_length, subject.offers(Scalar::float64) ? 1 : 4);
}

}  // namespace

OwnLaw own_slope_of_loss() {
  return {.name = "own-slope-of-loss",
          .statement = "⟨gradient, v⟩ is the slope of the full loss along v",
          .source = "definition of a gradient",
          .unclaimed = [](const foreign::OwnModel& /*declared*/) { return std::string(); },
          .check = check_full,
          .judges_slopes = true,
          .runs_all_sizes = true};
}

OwnLaw own_slope_of_sliced_loss() {
  return {.name = "own-slope-of-sliced-loss",
          .statement = "⟨sliced gradient, v⟩ is the slope of the sliced loss along v, at fixed C",
          .source = "section 3 of the paper: the sliced gradient is exact",
          .unclaimed =
              [](const foreign::OwnModel& declared) {
                return std::string(declared.sliced ? "" : "slices");
              },
          .check = check_sliced,
          .judges_slopes = true,
          .runs_all_sizes = true};
}

}  // namespace slim::properties::own_model
