// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <vector>

namespace slim::properties::own_model {

/// A function of one number: its values at 0 and at ±h for several steps h.
struct Differences {
  std::vector<double> steps;  ///< from the largest, each slope_ratio times smaller
  std::vector<double> above;  ///< f(h)
  std::vector<double> below;  ///< f(−h)
  double middle = 0.0;        ///< f(0)
};

/// The slope of a function of one number at 0, with an estimate of its error.
struct Slope {
  double value = 0.0;
  double error = 0.0;  ///< an estimate, not a bound; infinite if no step gives finite numbers
  double noise = 0.0;  ///< how far rounding moves f: as given, or more if the values show it
};

/// √5: with steps whose ratio is a whole number, values that are rounded to few digits often give
/// the same wrong slope at several steps.
extern const double slope_ratio;

/// The steps of the differences: 2⁻⁷ to about 2⁻²⁰ in float64; 2⁻³ to about 2⁻¹⁰ in float32, whose
/// rounding errors are larger than what smaller steps change.
std::vector<double> slope_steps(Scalar scalar);

/// Central differences D(h) = (f(h) − f(−h)) / 2h with one Richardson step,
/// R = (5 D(h/√5) − D(h)) / 4. The error of R is estimated as the sum of
/// - the spread of three neighbouring R and of D at the smaller step;
/// - (5/3) · noise / (smaller step);
/// - the jump of the derivative that the steps may straddle, unseen by central differences:
///   J(h) = (f(h) + f(−h) − 2 f(0)) / 2h is half of it, and proportional to h without one, so that
///   |√5 J(h/√5) − J(h)| / (√5 − 1) remains; the largest of three neighbouring steps.
/// The step with the smallest estimate is taken. A full table of extrapolations would be more
/// accurate for smooth functions, but its error estimate is wrong at jumps of a derivative, which
/// ELU + 1, ReLU and squared ReLU have.
///
/// `noise`: how far rounding may move f, at least. It is larger than that where the two smallest R
/// differ by more, or where some f(h) = f(−h) and others differ: then the smallest difference.
/// A loss that is a small difference of large numbers is rounded so.
Slope slope_of(const Differences& of, double noise);

}  // namespace slim::properties::own_model
