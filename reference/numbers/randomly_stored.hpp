// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/randomly_rounded.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"

#include <cmath>

namespace slim::reference {

/// A narrow scalar with stochastic rounding on every store; between stores its numbers are
/// RandomlyRounded floats. The spread of a program's results over seeds estimates the error of any
/// correct program that stores in this scalar and sums in float.
template <class T>
class RandomlyStored {
 public:
  using Wide = RandomlyRounded<float>;

  RandomlyStored() = default;
  /// Rounds to nearest, since a constant is not random.
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  RandomlyStored(double value) : value_(rounded_to<T>(value)) {}
  explicit RandomlyStored(Wide x) : value_(by_chance(static_cast<double>(x))) {}
  explicit operator double() const { return to_double(value_); }
  explicit operator Wide() const { return {to_double(value_)}; }

  friend RandomlyStored operator+(RandomlyStored a, RandomlyStored b) {
    return RandomlyStored(Wide(a) + Wide(b));
  }
  friend RandomlyStored operator*(RandomlyStored a, RandomlyStored b) {
    return RandomlyStored(Wide(a) * Wide(b));
  }
  RandomlyStored& operator+=(RandomlyStored b) { return *this = *this + b; }
  friend bool operator==(RandomlyStored a, RandomlyStored b) { return a.value_ == b.value_; }

 private:
  /// x rounded to one of its neighbours: the nearest, or the next on the other side of x.
  static T by_chance(double x) {
    const T nearest = rounded_to<T>(x);
    const double residual = x - to_double(nearest);
    if (residual == 0.0 || !std::isfinite(residual)) return nearest;
    const T neighbour = next(nearest, residual > 0.0);
    const double chance = residual / (to_double(neighbour) - to_double(nearest));
    return rounding_source().uniform() < chance ? neighbour : nearest;
  }
  /// The next number up or down: sign-magnitude bits are ordered by magnitude.
  static T next(T x, bool up) {
    const bool zero = x == T(0);
    const bool away = zero || (to_double(x) > 0.0) == up;
    auto bits = Eigen::numext::bit_cast<std::uint16_t>(x);
    if (zero) bits = up ? 0x0000 : 0x8000;
    return Eigen::numext::bit_cast<T>(static_cast<std::uint16_t>(away ? bits + 1 : bits - 1));
  }

  T value_ = T(0);
};

}  // namespace slim::reference

namespace slim::detail {

template <class T>
struct Accumulator<reference::RandomlyStored<T>> {
  using type = reference::RandomlyRounded<float>;
};

}  // namespace slim::detail

namespace Eigen {

template <class T>
struct NumTraits<slim::reference::RandomlyStored<T>> : GenericNumTraits<float> {
  enum { RequireInitialization = 1, ReadCost = 1, AddCost = 16, MulCost = 16 };
  using Real = slim::reference::RandomlyStored<T>;
  using NonInteger = Real;
  using Nested = Real;
};

}  // namespace Eigen
