// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <boost/math/constants/constants.hpp>

#include <cmath>

namespace slim::chunked {

// Elementary functions for unqualified calls: std:: for hardware scalars, by argument-dependent
// lookup for the others.
using std::abs;
using std::cos;
using std::erfc;
using std::exp;
using std::log;
using std::sin;
using std::sqrt;

/// MPFR's erfc, correctly rounded; Boost's generic one takes 100 times as long.
inline Digits50 erfc(const Digits50& x) {
  Digits50 result;
  mpfr_erfc(result.backend().data(), x.backend().data(), MPFR_RNDN);
  return result;
}

/// A count as a scalar; exact below 2^53, and below 2^24 in float.
template <class T>
T number(Index n) {
  return static_cast<T>(static_cast<double>(n));
}

template <class T>
T pi() {
  if constexpr (std::is_same_v<T, Counted>) {
    return T(boost::math::constants::pi<double>());
  } else {
    return boost::math::constants::pi<T>();
  }
}

/// The scalar in which losses are summed and angles computed: at least double.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, T>;

}  // namespace slim::chunked
