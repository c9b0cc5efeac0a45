#pragma once

#include <functional>

namespace slim::properties {

/// How far off something is as a function of a positive constant, in times of what rounding allows.
/// Near the right one it falls towards it and rises beyond.
using DistanceByConstant = std::function<double(double)>;

/// A constant and how far off it is.
struct ConstantFound {
  double constant = 0.0;
  double distance = 0.0;
};

/// The best of one constant a decade, from `least` to `largest`: of several within 1, which is as
/// good as it gets, the middle one.
ConstantFound best_decade(const DistanceByConstant& distance, double least, double largest);

/// The best within a decade to either side of `near`, to 1e-7 of itself: golden sections of its
/// logarithm. Source: Kiefer 1953.
double best_constant(const DistanceByConstant& distance, double near);

/// In so many significant decimal digits.
double rounded_to_digits(double constant, int digits);

}  // namespace slim::properties
