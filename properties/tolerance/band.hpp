#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties {

/// What an entry's error may be. NaN is within none of it.
struct Band {
  double pass = 0.0;     ///< PASS: what roundings that do not conspire add up to
  double suspect = 0.0;  ///< SUSPECT: what they can add up to at worst
  double drift = 0.0;    ///< DRIFT: that, and what a program may lose that subtracts what it added

  friend Band operator+(const Band& a, const Band& b) {
    return {a.pass + b.pass, a.suspect + b.suspect, a.drift + b.drift};
  }
  friend Band operator*(double factor, const Band& a) {
    return {factor * a.pass, factor * a.suspect, factor * a.drift};
  }
};
/// The same allowed to everyone.
inline Band flat_band(double bound) {
  return {bound, bound, bound};
}

/// Of a denominator, from which on rounding decides what it is.
inline constexpr double largest_residue = 0.25;

/// min(n, 4 √n) u: what n independent roundings add up to, beyond which they are with probability
/// 2 exp(−8) at most (Higham and Mary 2019).
inline double likely_roundings(double n, double u) {
  constexpr double walk_length = 4.0;
  return std::min(n, walk_length * std::sqrt(n)) * u;
}

}  // namespace slim::properties
