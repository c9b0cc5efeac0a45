// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {

/// Error bounds of an entry. NaN is within none of them.
struct Band {
  double pass = 0.0;     ///< PASS: independent roundings
  double suspect = 0.0;  ///< SUSPECT: worst-case roundings
  double drift = 0.0;    ///< DRIFT: SUSPECT plus what recovering sums by subtraction can lose

  friend Band operator+(const Band& a, const Band& b) {
    return {a.pass + b.pass, a.suspect + b.suspect, a.drift + b.drift};
  }
  friend Band operator*(double factor, const Band& a) {
    return {factor * a.pass, factor * a.suspect, factor * a.drift};
  }
};
/// The same bound for PASS, SUSPECT and DRIFT.
inline Band flat_band(double bound) {
  return {bound, bound, bound};
}

/// The relative rounding error of a denominator from which on it cannot be judged.
inline constexpr double largest_residue = 0.25;

/// min(n, 4 √n) u, which the sum of n independent roundings exceeds with probability at most
/// 2 exp(−8) (Higham and Mary 2019).
inline double likely_roundings(double n, double u) {
  constexpr double walk_length = 4.0;
  return std::min(n, walk_length * std::sqrt(n)) * u;
}

}  // namespace slim::properties
