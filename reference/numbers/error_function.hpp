// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/constants.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <cmath>
#include <limits>

namespace slim::reference {

/// erf(x) = 2/√π e^(−x²) Σ_n 2ⁿ x^(2n+1) / (1·3·…·(2n+1)), all terms of one sign.
/// Domain: |x| ≤ 1. Error: a few units in the last place. Cost: about 45 terms in 50 digits.
template <class T>
T erf_by_series(const T& x) {
  using std::exp;
  using std::sqrt;
  const T square = x * x;
  T term = x;
  T total = x;
  for (int n = 1; std::abs(to_double(term)) >
                  1e-2 * to_double(std::numeric_limits<T>::epsilon()) * std::abs(to_double(total));
       ++n) {
    term *= T(2) * square / T(2 * n + 1);
    total += term;
  }
  return T(2) / sqrt(pi<T>()) * exp(-square) * total;
}

/// e^(−x²) with a relative error that does not grow with x²: x is split into h + t, where h has 24
/// bits, so that h² is exact.
template <class T>
T exp_of_minus_square(const T& x) {
  using std::exp;
  const T h(static_cast<double>(static_cast<float>(to_double(x))));
  const T t = x - h;
  return exp(-(h * h)) * exp(-(t * (x + h)));
}

/// erfc(x) by the trapezoidal rule of step h on its integral, which converges exponentially:
///   2hx/π e^(−x²) (1/(2x²) + Σ_{n≥1} e^(−n²h²) / (n²h² + x²)) − 2 / (e^(2πx/h) − 1)
/// The last term is the contribution of the integrand's pole, added only where x < π/h.
/// Source: Hunter and Regan, Mathematics of Computation 26 (1972) 539.
/// Domain: x ≥ 1. Error: relative, a few units in the last place. Cost: 40 terms in 50 digits.
template <class T>
T erfc_by_trapezoids(const T& x) {
  using std::exp;
  // e^(−π²/h²) and the first omitted term e^(−n²h²) are a thousandth of the last place.
  const double decades = 3.0 + static_cast<double>(std::numeric_limits<T>::digits10 + 2);
  const double exponent = decades * 2.302585092994046;
  const T h(3.141592653589793 / std::sqrt(exponent));
  const int terms = static_cast<int>(std::sqrt(exponent) / to_double(h)) + 1;
  const T square = x * x;
  const T hh = h * h;
  const T ratio = exp(-hh);  // e^(−n²h²) = Π_{j<n} ratio^(2j+1)
  const T ratio_squared = ratio * ratio;
  T odd_power = ratio;
  T gauss(1);
  T total = T(1) / (T(2) * square);
  for (int n = 1; n <= terms; ++n) {
    gauss *= odd_power;
    odd_power *= ratio_squared;
    total += gauss / (T(n * n) * hh + square);
  }
  const T integral = T(2) * h * x / pi<T>() * exp_of_minus_square(x) * total;
  const T pole = T(2) * pi<T>() * x / h;
  return to_double(x) < 3.141592653589793 / to_double(h) ? integral - T(2) / (exp(pole) - T(1))
                                                         : integral;
}

/// erf and erfc of any real scalar by the two expansions above; erfc is relatively accurate.
template <class T>
T generic_erfc(const T& x) {
  if (x < T(-1)) return T(2) - generic_erfc(T(-x));
  if (x < T(1)) return T(1) - erf_by_series(x);
  if (to_double(x) > 1e30) return T(0);
  return erfc_by_trapezoids(x);
}

template <class T>
T generic_erf(const T& x) {
  if (x < T(-1)) return -generic_erf(T(-x));
  if (x < T(1)) return erf_by_series(x);
  return T(1) - generic_erfc(x);
}

/// erf(x) and erfc(x): the scalar's own function if it has one, MPFR's in 50 digits (correctly
/// rounded), the expansions above otherwise.
template <class T>
T error_function(const T& x) {
  if constexpr (std::is_same_v<T, Digits50>) {
    Digits50 result;
    mpfr_erf(result.backend().data(), x.backend().data(), MPFR_RNDN);
    return result;
  } else if constexpr (boost::multiprecision::is_number<T>::value) {
    return generic_erf(x);
  } else {
    using std::erf;
    return erf(x);
  }
}

template <class T>
T complementary_error_function(const T& x) {
  if constexpr (std::is_same_v<T, Digits50>) {
    Digits50 result;
    mpfr_erfc(result.backend().data(), x.backend().data(), MPFR_RNDN);
    return result;
  } else if constexpr (boost::multiprecision::is_number<T>::value) {
    return generic_erfc(x);
  } else {
    using std::erfc;
    return erfc(x);
  }
}

}  // namespace slim::reference
