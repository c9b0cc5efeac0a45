// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/rounding_source.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <bit>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace slim::reference {

/// A float or double with stochastic rounding: an exact value between neighbours a < b becomes b
/// with probability (x − a)/(b − a), so that it is right on average. Exact results stay exact. The
/// spread of a program's results over seeds estimates the error of any correct program of this
/// precision.
/// Source: Parker, "Monte Carlo arithmetic", UCLA CSD-970002, 1997; residuals by Dekker's and
/// Knuth's error-free transformations.
/// Domain: results that overflow or underflow are rounded to nearest.
template <class T>
class RandomlyRounded {
 public:
  RandomlyRounded() = default;
  /// Rounds to nearest, since a constant is not random.
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  RandomlyRounded(double value) : value_(static_cast<T>(value)) {}
  explicit operator double() const { return static_cast<double>(value_); }

  friend RandomlyRounded operator+(RandomlyRounded a, RandomlyRounded b) {
    const T r = a.value_ + b.value_;
    const T part = r - a.value_;
    return rounded(r, (a.value_ - (r - part)) + (b.value_ - part));
  }
  friend RandomlyRounded operator-(RandomlyRounded a, RandomlyRounded b) { return a + (-b); }
  friend RandomlyRounded operator*(RandomlyRounded a, RandomlyRounded b) {
    const T r = a.value_ * b.value_;
    return rounded(r, less_product(a.value_, b.value_, r));
  }
  friend RandomlyRounded operator/(RandomlyRounded a, RandomlyRounded b) {
    const T r = a.value_ / b.value_;
    return rounded(r, -less_product(r, b.value_, a.value_) / b.value_);
  }
  friend RandomlyRounded sqrt(RandomlyRounded x) {
    const T r = std::sqrt(x.value_);
    return r == T(0) ? exactly(r) : rounded(r, -less_product(r, r, x.value_) / (r + r));
  }
  RandomlyRounded operator-() const { return exactly(-value_); }
  RandomlyRounded& operator+=(RandomlyRounded b) { return *this = *this + b; }
  RandomlyRounded& operator-=(RandomlyRounded b) { return *this = *this - b; }
  RandomlyRounded& operator*=(RandomlyRounded b) { return *this = *this * b; }
  RandomlyRounded& operator/=(RandomlyRounded b) { return *this = *this / b; }
  friend bool operator==(RandomlyRounded a, RandomlyRounded b) { return a.value_ == b.value_; }
  friend auto operator<=>(RandomlyRounded a, RandomlyRounded b) { return a.value_ <=> b.value_; }

  // Elementary functions have a random error of a few units in the last place, as scalar and
  // vectorised library functions may have. They are exact at the given argument.
  friend RandomlyRounded exp(RandomlyRounded x) { return off_by(2, std::exp(x.value_), x, 0); }
  friend RandomlyRounded log(RandomlyRounded x) { return off_by(2, std::log(x.value_), x, 1); }
  friend RandomlyRounded sin(RandomlyRounded x) { return off_by(2, std::sin(x.value_), x, 0); }
  friend RandomlyRounded cos(RandomlyRounded x) { return off_by(2, std::cos(x.value_), x, 0); }
  friend RandomlyRounded erf(RandomlyRounded x) { return off_by(6, std::erf(x.value_), x, 0); }
  friend RandomlyRounded erfc(RandomlyRounded x) { return off_by(6, std::erfc(x.value_), x, 0); }
  friend RandomlyRounded abs(RandomlyRounded x) { return exactly(std::abs(x.value_)); }
  friend bool isfinite(RandomlyRounded x) { return std::isfinite(x.value_); }

 private:
  static RandomlyRounded exactly(T value) {
    RandomlyRounded x;
    x.value_ = value;
    return x;
  }
  /// a b − c, where c is close to a b, so that the result is a number of type T.
  static T less_product(T a, T b, T c) {
    if constexpr (std::is_same_v<T, float>) {  // a double holds the product of two floats
      return static_cast<float>(static_cast<double>(a) * b - c);
    } else {
      return std::fma(a, b, -c);
    }
  }
  /// The neighbour of a finite number, above or below: std::nextafter, inline.
  static T next(T r, bool above) {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    constexpr T least = std::numeric_limits<T>::denorm_min();
    if (r == T(0)) return above ? least : -least;
    const Bits bits = std::bit_cast<Bits>(r);  // sign and magnitude
    return std::bit_cast<T>((r > T(0)) == above ? bits + 1 : bits - 1);
  }
  /// Rounds r + residual, whose nearest number is r, to r or its neighbour towards the residual.
  static RandomlyRounded rounded(T r, T residual) {
    if (residual == T(0) || !std::isfinite(residual)) return exactly(r);
    const T neighbour = next(r, residual > T(0));
    const double apart = std::abs(static_cast<double>(neighbour) - static_cast<double>(r));
    const bool moves =
        rounding_source().uniform() * apart < std::abs(static_cast<double>(residual));
    return exactly(moves ? neighbour : r);
  }
  /// r changed by up to `ulps` units in its last place, uniformly.
  static RandomlyRounded off_by(int ulps, T r, RandomlyRounded x, double exact_at) {
    const bool normal = std::isnormal(r);
    if (!normal || static_cast<double>(x.value_) == exact_at) return exactly(r);
    const T ulp = next(std::abs(r), true) - std::abs(r);
    const auto shift = static_cast<T>(ulps * (2.0 * rounding_source().uniform() - 1.0));
    return exactly(r + shift * ulp);
  }

  T value_ = T(0);
};

}  // namespace slim::reference

namespace Eigen {

template <class T>
struct NumTraits<slim::reference::RandomlyRounded<T>> : GenericNumTraits<T> {
  enum { RequireInitialization = 1, ReadCost = 1, AddCost = 8, MulCost = 8 };
  using Real = slim::reference::RandomlyRounded<T>;
  using NonInteger = Real;
  using Nested = Real;
};

}  // namespace Eigen
