// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/binary_digits.hpp"
#include "reference/numbers/error_function.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <boost/math/differentiation/autodiff.hpp>

namespace slim::reference {

/// Dual numbers x + ẋε with ε² = 0: a program that runs on them computes its value and its
/// directional derivative along the inputs' ẋ. Comparisons use x only.
using Dual = boost::math::differentiation::autodiff_fvar<BinaryDigits50, 1>;

/// The dual number x + ẋε with ẋ = `slope`.
inline Dual dual(const BinaryDigits50& x, const BinaryDigits50& slope) {
  return Dual(x) + Dual(BinaryDigits50(0), true) * slope;
}
inline BinaryDigits50 value_of(const Dual& x) {
  return x.derivative(0);
}
inline BinaryDigits50 slope_of(const Dual& x) {
  return x.derivative(1);
}

template <>
inline Dual pi<Dual>() {
  return Dual(pi<BinaryDigits50>());
}

// The expansions themselves are differentiated: Boost's own erf takes 100 times as long, and its
// derivative would be a hand-written one.
template <>
inline Dual error_function(const Dual& x) {
  return generic_erf(x);
}
template <>
inline Dual complementary_error_function(const Dual& x) {
  return generic_erfc(x);
}

}  // namespace slim::reference

namespace Eigen {

template <>
struct NumTraits<slim::reference::Dual> : GenericNumTraits<slim::reference::Dual> {
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 8,
    AddCost = 32,
    MulCost = 96
  };
  using Real = slim::reference::Dual;
  using NonInteger = Real;
  using Nested = Real;
  using Literal = Real;
};

}  // namespace Eigen
