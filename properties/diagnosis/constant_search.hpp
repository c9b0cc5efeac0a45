// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

namespace slim::properties {

/// A distance as a function of a positive constant, in units of the rounding bound. Near the right
/// constant it decreases towards it and increases beyond it.
using DistanceByConstant = std::function<double(double)>;

/// A constant and its distance.
struct ConstantFound {
  double constant = 0.0;
  double distance = 0.0;
};

/// The best of one constant per decade, from `least` to `largest`. If several have a distance of at
/// most 1, which rounding explains, the middle one of them.
ConstantFound best_decade(const DistanceByConstant& distance, double least, double largest);

/// The best constant within a decade on either side of `near`, with relative accuracy 1e-7:
/// golden-section search of its logarithm. Source: Kiefer 1953.
double best_constant(const DistanceByConstant& distance, double near);

/// The constant rounded to `digits` significant decimal digits.
double rounded_to_digits(double constant, int digits);

}  // namespace slim::properties
