// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/compared_by_value.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <cmath>

namespace slim::reference {

/// A number with a bound on its error due to underflow, in units of the smallest normal number λ of
/// the scalar under test. Every operation and every input may lose up to λ (a program may flush
/// subnormal numbers to 0, an exponential may end at λ). Losses propagate, to first order:
///   lost(a ± b) = lost(a) + lost(b) + 1,  lost(a b) = |a| lost(b) + |b| lost(a) + 1
///   lost(a / b) = (lost(a) + |a / b| lost(b)) / |b| + 1,  lost(f(a)) = |f′(a)| lost(a) + 1
/// where magnitudes are gauges, as in gauged.hpp, so that cancellation does not hide them.
/// Numbers are long double, whose range far exceeds that of any scalar under test.
class Underflowing : public ComparedByValue<Underflowing> {
 public:
  Underflowing() = default;
  /// A constant of the program, without loss.
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Underflowing(double value) : Underflowing(static_cast<long double>(value), 0.0L) {}
  /// An input, which may have lost 1.
  explicit Underflowing(const Digits50& value)
      : Underflowing(static_cast<long double>(value), 1.0L) {}
  explicit operator double() const { return static_cast<double>(value_); }

  [[nodiscard]] long double value() const { return value_; }
  [[nodiscard]] long double gauge() const { return gauge_; }
  [[nodiscard]] long double lost() const { return lost_; }

  friend Underflowing operator+(const Underflowing& a, const Underflowing& b) {
    return {a.value_ + b.value_, a.gauge_ + b.gauge_, a.lost_ + b.lost_ + 1.0L};
  }
  friend Underflowing operator-(const Underflowing& a, const Underflowing& b) {
    return {a.value_ - b.value_, a.gauge_ + b.gauge_, a.lost_ + b.lost_ + 1.0L};
  }
  friend Underflowing operator*(const Underflowing& a, const Underflowing& b) {
    return {a.value_ * b.value_, a.gauge_ * b.gauge_,
            a.gauge_ * b.lost_ + b.gauge_ * a.lost_ + 1.0L};
  }
  friend Underflowing operator/(const Underflowing& a, const Underflowing& b) {
    const long double size = std::abs(b.value_);
    const long double gauge = a.gauge_ / size * (b.gauge_ / size);
    return {a.value_ / b.value_, gauge, (a.lost_ + gauge * b.lost_) / size + 1.0L};
  }
  friend Underflowing exp(const Underflowing& x) {
    const long double value = std::exp(x.value_);
    return elementary(x, value, value);
  }
  friend Underflowing log(const Underflowing& x) {
    return elementary(x, std::log(x.value_), 1.0L / std::abs(x.value_));
  }
  friend Underflowing sin(const Underflowing& x) { return elementary(x, std::sin(x.value_), 1.0L); }
  friend Underflowing cos(const Underflowing& x) { return elementary(x, std::cos(x.value_), 1.0L); }
  friend Underflowing erf(const Underflowing& x) {
    return elementary(x, std::erf(x.value_), 1.1283791670955126L * std::exp(-x.value_ * x.value_));
  }
  friend Underflowing sqrt(const Underflowing& x) {
    const long double value = std::sqrt(x.value_);
    if (value == 0.0L) return {value, value, x.lost_ + 1.0L};
    return {value, x.gauge_ / value, x.lost_ / value + 1.0L};
  }
  Underflowing operator-() const { return {-value_, gauge_, lost_}; }

 private:
  Underflowing(long double value, long double lost) : Underflowing(value, std::abs(value), lost) {}
  /// f(x) from its value and |slope|.
  static Underflowing elementary(const Underflowing& x, long double value, long double steepness) {
    return {value, std::abs(value) + steepness * x.gauge_, steepness * x.lost_ + 1.0L};
  }
  Underflowing(long double value, long double gauge, long double lost)
      : value_(value), gauge_(gauge), lost_(lost) {}

  long double value_ = 0.0L;
  long double gauge_ = 0.0L;
  long double lost_ = 0.0L;
};

}  // namespace slim::reference

namespace Eigen {

template <>
struct NumTraits<slim::reference::Underflowing> : GenericNumTraits<double> {
  enum { RequireInitialization = 1, ReadCost = 3, AddCost = 6, MulCost = 12 };
  using Real = slim::reference::Underflowing;
  using NonInteger = slim::reference::Underflowing;
  using Nested = slim::reference::Underflowing;
};

}  // namespace Eigen
