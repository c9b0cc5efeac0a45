// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <limits>

namespace slim::properties {

/// Allows any finite number.
inline constexpr double no_bound = std::numeric_limits<double>::max();
/// Of entries that are not compared: sums of a few such bounds are finite, too.
inline constexpr double not_compared = no_bound / 64.0;
inline constexpr double share_in_digits50 = 1e-40;         ///< below any mistake
inline constexpr double unit_roundoff_of_large = 0x1p-64;  ///< long double's, or better

/// float16 and bfloat16, which only store: programs compute in float32.
bool is_stored_narrow(Scalar scalar);
/// The scalar in which programs compute.
Scalar computed_in(Scalar scalar);

/// (1 − u)^(−n) − 1, the worst relative error of n roundings, finite for any n.
double gamma_of(double n, double u);
/// γ_n of a scalar; in 50 digits share_in_digits50.
double worst_share(Scalar scalar, double n);
/// The share of n independent roundings in the scalar of the computation.
double rounded_share(Scalar scalar, double n);
/// The same with what a narrow scalar loses when it stores.
double likely_share(Scalar scalar, double n);

/// Spare digits of a number with twice the digits, less a bit for the sum of two: 2^(53 − 24 − 1)
/// for float32.
double digits_to_spare(Scalar scalar);

struct Range {
  double least;  ///< normal number
  double largest;
  double subnormal;
};
Range range_of(Scalar scalar);

}  // namespace slim::properties
