// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

namespace slim::properties::own_model {

/// The slope of a function of one number at 0, with an estimate of its error.
struct Slope {
  double value = 0.0;
  double error = 0.0;  ///< an estimate, not a bound; infinite if no step gives finite numbers
};

/// The steps of the differences: 2⁻⁷, …, 2⁻²⁰.
std::vector<double> slope_steps();

/// Central differences D(h) = (f(h) − f(−h)) / 2h with one Richardson step, R = (4 D(h/2) − D(h))
/// / 3. The error of R at h/2 is estimated as the spread of three neighbouring R and of D(h/2),
/// plus (5/3) · noise / (h/2); the step with the smallest estimate is taken. A full table of
/// extrapolations would be more accurate for smooth functions, but its error estimate is wrong at
/// jumps of a derivative, which ELU + 1, ReLU and squared ReLU have.
///
/// `above`, `below`: f(h) and f(−h) at slope_steps(). `noise`: how far rounding may move f.
Slope slope_of(const std::vector<double>& above, const std::vector<double>& below, double noise);

}  // namespace slim::properties::own_model
