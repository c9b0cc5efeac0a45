// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <cmath>
#include <type_traits>

namespace slim::properties::mutants {

/// The type in which a program keeps an array although the task has a wider one.
enum class NarrowType {
  next,     ///< bfloat16 for float32, float32 for float64, float64 for 50 digits
  float32,  ///< in a task in float32: 16 bits, which no hardware type has
  tf32,     ///< 11 bits in the range of float32
  float16,
  bfloat16,
};

/// A number rounded to so many bits, at most 24, and to the range of float32.
inline double in_bits(int bits, double x) {
  if (!std::isfinite(x) || x == 0.0) return x;
  int exponent = 0;
  const double fraction = std::frexp(x, &exponent);
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(fraction, bits)), exponent - bits);
  return static_cast<double>(static_cast<float>(rounded));
}

namespace detail {
template <class T>
struct NextNarrower {
  using type = double;
};
template <>
struct NextNarrower<double> {
  using type = float;
};
template <>
struct NextNarrower<float> {
  using type = BFloat16;
};
}  // namespace detail

/// x rounded to a narrower type and back.
template <class T>
T narrowed_to(NarrowType type, const T& x) {
  switch (type) {
    case NarrowType::float32:
      return static_cast<T>(in_bits(std::is_same_v<T, float> ? 16 : 24, to_double(x)));
    case NarrowType::tf32:
      return static_cast<T>(in_bits(11, to_double(x)));
    case NarrowType::float16:
      return static_cast<T>(to_double(rounded_to<Float16>(x)));
    case NarrowType::bfloat16:
      return static_cast<T>(to_double(rounded_to<BFloat16>(x)));
    default:
      return static_cast<T>(rounded_to<typename detail::NextNarrower<T>::type>(x));
  }
}
template <class T>
Matrix<T> narrowed_to(NarrowType type, const Matrix<T>& X) {
  return X.unaryExpr([type](const T& x) { return narrowed_to(type, x); });
}

}  // namespace slim::properties::mutants
