// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <optional>
#include <vector>

namespace slim::properties::own_model {

/// The slope of a function of one number at 0, with an estimate of its error.
struct Slope {
  double value = 0.0;
  double error = 0.0;  ///< an estimate, not a bound; infinite if no step gives finite numbers
};

/// The steps of the differences: 2⁻⁷, …, 2⁻²⁰ in float64; 2⁻³, …, 2⁻¹⁰ in float32, whose rounding
/// errors are larger than what smaller steps change.
std::vector<double> slope_steps(Scalar scalar);

/// Central differences D(h) = (f(h) − f(−h)) / 2h with one Richardson step, R = (4 D(h/2) − D(h))
/// / 3. The error of R at h/2 is estimated as the spread of three neighbouring R and of D(h/2),
/// plus (5/3) · noise / (h/2); the step with the smallest estimate is taken. A full table of
/// extrapolations would be more accurate for smooth functions, but its error estimate is wrong at
/// jumps of a derivative, which ELU + 1, ReLU and squared ReLU have.
///
/// `above`, `below`: f(h) and f(−h) at these steps. `noise`: how far rounding may move f. `middle`:
/// f(0), to be given where the smallest step is so large that a jump of the derivative may be
/// within it, unseen by all steps: then |f(h) + f(−h) − 2 f(0)| / 2h, half of that jump, is added
/// to the estimate; the largest of three neighbouring steps, since two jumps may cancel in one.
Slope slope_of(const std::vector<double>& steps, const std::vector<double>& above,
               const std::vector<double>& below, double noise,
               std::optional<double> middle = std::nullopt);

}  // namespace slim::properties::own_model
