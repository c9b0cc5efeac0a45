// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/wide.hpp"

#include <cmath>
#include <limits>

namespace slim::chunked {

__extension__ using Int128 = __int128;

/// Represents numbers as integer multiples of 2^e, where addition forms a group and subtraction is
/// its exact inverse. For hardware scalars the integers have 128 bits.
template <class T>
struct Grid {
  using Integer = Int128;
  /// Two integers below this power of 2 can be added without overflow.
  static constexpr int bits = 126;
  /// Digits of T; an integer with fewer digits no longer holds all digits of a T.
  static constexpr int digits = std::numeric_limits<T>::digits;

  /// Smallest k with |x| < 2^k. Requires x finite and not 0.
  static int exponent(const T& x) {
    int k = 0;
    std::frexp(x, &k);
    return k;
  }
  static bool is_finite(const T& x) { return std::isfinite(x); }
  /// The integer nearest to x/2^e. Requires |x/2^e| < 2^126.
  static Integer place(const T& x, int e) {
    return static_cast<Integer>(std::nearbyint(std::ldexp(static_cast<double>(x), -e)));
  }
  static T read(Integer q, int e) { return static_cast<T>(std::ldexp(static_cast<double>(q), e)); }
  static bool below(Integer q, int power) {
    const Integer bound = Integer{1} << power;
    return -bound < q && q < bound;
  }
};

/// For Digits50: integers of 100 digits, represented in a float of that precision.
template <>
struct Grid<Digits50> {
  using Integer = typename Wider<Digits50>::type;
  static constexpr int bits = 330;
  static constexpr int digits = std::numeric_limits<Digits50>::digits;

  static int exponent(const Digits50& x) {
    int k = 0;
    frexp(x, &k);
    return k;
  }
  static bool is_finite(const Digits50& x) { return isfinite(x); }
  static Integer place(const Digits50& x, int e) { return round(ldexp(Integer(x), -e)); }
  static Digits50 read(const Integer& q, int e) { return static_cast<Digits50>(ldexp(q, e)); }
  static bool below(const Integer& q, int power) { return abs(q) < ldexp(Integer(1), power); }
};

/// Counted needs no grid: the same operations run on the numbers themselves.
template <>
struct Grid<Counted> {
  using Integer = Counted;
  static constexpr int bits = 126;
  static constexpr int digits = 0;

  static int exponent(Counted /*x*/) { return 0; }
  static bool is_finite(Counted x) { return isfinite(x); }
  static Integer place(Counted x, int /*e*/) { return x; }
  static Counted read(Integer q, int /*e*/) { return q; }
  static bool below(Counted q, int power) { return power > 0 || q == Counted(0.0); }
};

}  // namespace slim::chunked
