// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/error_function.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <boost/multiprecision/mpfi.hpp>

#include <stdexcept>
#include <string>

namespace slim::reference {

/// Thrown by a comparison whose result depends on the values inside two overlapping intervals.
class UndecidableComparison : public std::domain_error {
 public:
  using std::domain_error::domain_error;
};

/// An interval with ends of 50 digits. Every operation rounds its ends outwards, so that a program
/// on intervals encloses its result in exact arithmetic.
/// A comparison returns a result if it is the same for all pairs of numbers, and throws
/// UndecidableComparison otherwise. (Boost's own comparisons throw out of a noexcept function.)
class Interval {
 public:
  Interval() = default;
  /// The interval of a single number.
  Interval(double x) : value_(x) {}  // NOLINT(google-explicit-constructor): a number
  /// The interval from `lower` to `upper`. Requires lower ≤ upper.
  Interval(const Digits50& lower, const Digits50& upper);

  [[nodiscard]] Digits50 lower() const;
  [[nodiscard]] Digits50 upper() const;
  /// upper − lower, rounded up.
  [[nodiscard]] Digits50 width() const;
  [[nodiscard]] bool contains(const Digits50& x) const { return lower() <= x && x <= upper(); }

  friend Interval operator+(const Interval& a, const Interval& b) {
    return Interval(Value(a.value_ + b.value_));
  }
  friend Interval operator-(const Interval& a, const Interval& b) {
    return Interval(Value(a.value_ - b.value_));
  }
  friend Interval operator*(const Interval& a, const Interval& b) {
    return Interval(Value(a.value_ * b.value_));
  }
  friend Interval operator/(const Interval& a, const Interval& b) {
    return Interval(Value(a.value_ / b.value_));
  }
  Interval operator-() const { return Interval(Value(-value_)); }
  Interval& operator+=(const Interval& b) { return *this = *this + b; }
  Interval& operator-=(const Interval& b) { return *this = *this - b; }
  Interval& operator*=(const Interval& b) { return *this = *this * b; }
  Interval& operator/=(const Interval& b) { return *this = *this / b; }

  friend bool operator<(const Interval& a, const Interval& b);
  friend bool operator==(const Interval& a, const Interval& b);
  friend bool operator>(const Interval& a, const Interval& b) { return b < a; }

  friend Interval exp(const Interval& x) { return Interval(Value(exp(x.value_))); }
  friend Interval log(const Interval& x) { return Interval(Value(log(x.value_))); }
  friend Interval sqrt(const Interval& x) { return Interval(Value(sqrt(x.value_))); }
  friend Interval sin(const Interval& x) { return Interval(Value(sin(x.value_))); }
  friend Interval cos(const Interval& x) { return Interval(Value(cos(x.value_))); }
  /// MPFI lacks these. Both are monotonic: MPFR's values at the ends, rounded outwards.
  friend Interval erf(const Interval& x);
  friend Interval erfc(const Interval& x);

  /// Encloses π.
  static Interval pi() { return Interval(boost::math::constants::pi<Value>()); }

 private:
  using Value = boost::multiprecision::number<boost::multiprecision::mpfi_float_backend<50>,
                                              boost::multiprecision::et_off>;
  explicit Interval(const Value& value) : value_(value) {}

  Value value_{0};
};

template <>
inline Interval pi<Interval>() {
  return Interval::pi();
}

}  // namespace slim::reference

namespace Eigen {

template <>
struct NumTraits<slim::reference::Interval> : GenericNumTraits<double> {
  enum { RequireInitialization = 1, ReadCost = 8, AddCost = 64, MulCost = 128 };
  using Real = slim::reference::Interval;
  using NonInteger = Real;
  using Nested = Real;
};

}  // namespace Eigen
