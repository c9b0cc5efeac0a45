// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/counted.hpp"

#include <Eigen/Core>
#include <boost/multiprecision/mpfr.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

namespace slim {

/// Fifty decimal digits, used as true values. Stored in place (no heap), rounded to nearest by
/// MPFR.
using Digits50 = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<50, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;

/// IEEE 754 half precision (11 bits, from 6e-8 to 65504), and bfloat16, the upper half of a float
/// (8 bits, the range of float). Storage types: sums use accumulator_t.
using Float16 = Eigen::half;
using BFloat16 = Eigen::bfloat16;

/// The scalar types in which a subject may run.
enum class Scalar { float32, float64, digits50, float16, bfloat16 };

std::string_view name(Scalar scalar);
/// Accepts "float32" or "float", "float64" or "double", "digits50", "float16" or "half",
/// "bfloat16".
Scalar parse_scalar(std::string_view text);

template <class T>
inline constexpr bool is_hardware_float = std::is_same_v<T, float> || std::is_same_v<T, double>;

template <class T>
inline constexpr bool is_narrow = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

/// Largest relative error of one rounding to nearest in a scalar.
double unit_roundoff(Scalar scalar);

template <class T>
double to_double(const T& x) {
  return static_cast<double>(x);
}

}  // namespace slim

namespace slim::detail {

/// Eigen's traits of a Boost.Multiprecision number. Boost's own (1.74) return the smallest positive
/// number as lowest(), so they are replaced here.
template <class T>
struct MultiprecisionTraits : Eigen::GenericNumTraits<T> {
  enum {
    IsComplex = 0,
    IsInteger = 0,
    IsSigned = 1,
    RequireInitialization = 1,
    ReadCost = 4,
    AddCost = 16,
    MulCost = 32
  };
  using Real = T;
  using NonInteger = T;
  using Nested = T;
  static T epsilon() { return std::numeric_limits<T>::epsilon(); }
  static T dummy_precision() { return epsilon() * 1000; }
  static T highest() { return (std::numeric_limits<T>::max)(); }
  static T lowest() { return -(std::numeric_limits<T>::max)(); }
  static int digits10() { return std::numeric_limits<T>::digits10; }
};

}  // namespace slim::detail

namespace Eigen {

template <>
struct NumTraits<slim::Digits50> : slim::detail::MultiprecisionTraits<slim::Digits50> {};

template <>
struct NumTraits<slim::Counted> : GenericNumTraits<double> {
  enum { RequireInitialization = 1, ReadCost = 1, AddCost = 2, MulCost = 2 };
  using Real = slim::Counted;
  using NonInteger = slim::Counted;
  using Nested = slim::Counted;
};

}  // namespace Eigen
