// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/scalar.hpp"

#include <bit>
#include <cstdint>
#include <limits>

namespace slim {

namespace detail {
template <class T>
struct Accumulator {
  using type = T;
};
template <>
struct Accumulator<Float16> {
  using type = float;
};
template <>
struct Accumulator<BFloat16> {
  using type = float;
};
}  // namespace detail

/// The scalar in which a program that stores T computes: float for narrow types, else T itself.
/// Sums (including prefix sums, losses and gradients), denominators, means, variances and epsilons
/// have this type, since 1e-16 is 0 in half precision and 256 + 1 is 256 in bfloat16. Stored values
/// (parameters, activations, features, values and their cotangents) are rounded to T once.
template <class T>
using accumulator_t = typename detail::Accumulator<T>::type;

/// x in the scalar of computation. Error: exact. A temporary result lives as long as x.
template <class T>
decltype(auto) wide(const T& x) {
  if constexpr (std::is_same_v<accumulator_t<T>, T>) {
    return (x);
  } else {
    return static_cast<accumulator_t<T>>(x);
  }
}

/// x in another scalar. Error: rounded to nearest, once. Types wider than float are converted to
/// narrow types through a float rounded to odd (the neighbour whose last bit is set), which avoids
/// double rounding.
template <class To, class From>
To rounded_to(const From& x) {
  if constexpr (std::is_same_v<From, To>) {
    return x;
  } else if constexpr (is_narrow<From>) {
    return static_cast<To>(wide(x));
  } else if constexpr (is_narrow<To>) {
    const auto nearest = static_cast<float>(x);
    const bool exact = !(static_cast<From>(nearest) != x);
    const bool odd = (std::bit_cast<std::uint32_t>(nearest) & 1U) != 0;
    if (exact || odd || !std::isfinite(nearest)) return static_cast<To>(nearest);
    const float direction = static_cast<From>(nearest) < x
                                ? std::numeric_limits<float>::infinity()
                                : -std::numeric_limits<float>::infinity();
    return static_cast<To>(std::nextafter(nearest, direction));
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace slim
