#pragma once

#include "reference/vocabulary/scalar.hpp"

#include <cmath>
#include <compare>

namespace slim::reference {

/// A number with its gauge, the scale against which its rounding errors count: what the same
/// formula gives when every number is its absolute value and every subtraction an addition. Where
/// nothing cancels the gauge is the number's own size; error ≤ γ_n · gauge for n roundings in a
/// row, whatever their order.
///   gauge(a ± b) = gauge(a) + gauge(b),  gauge(a b) = gauge(a) gauge(b)
///   gauge(a / b) = gauge(a) gauge(b) / b²: the reciprocal of a number that cancelled is as unsure
///   gauge(exp a) = exp(a) (1 + gauge(a)): an error in the exponent is a relative one
/// Source: Higham, "Accuracy and stability of numerical algorithms", sections 3.1 and 3.3.
/// The gauge of 0/0 is not a number, so that nothing agrees with it.
template <class T>
class Gauged {
 public:
  Gauged() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(double value) requires(!std::is_same_v<T, double>) : Gauged(T(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(int value) : Gauged(T(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(const T& value) : value_(value), gauge_(size(value)) {}
  explicit operator double() const { return to_double(value_); }

  [[nodiscard]] const T& value() const { return value_; }
  [[nodiscard]] const T& gauge() const { return gauge_; }

  friend Gauged operator+(const Gauged& a, const Gauged& b) {
    return {a.value_ + b.value_, a.gauge_ + b.gauge_};
  }
  friend Gauged operator-(const Gauged& a, const Gauged& b) {
    return {a.value_ - b.value_, a.gauge_ + b.gauge_};
  }
  friend Gauged operator*(const Gauged& a, const Gauged& b) {
    return {a.value_ * b.value_, a.gauge_ * b.gauge_};
  }
  friend Gauged operator/(const Gauged& a, const Gauged& b) {
    return {a.value_ / b.value_, a.gauge_ / size(b.value_) * (b.gauge_ / size(b.value_))};
  }
  friend Gauged exp(const Gauged& x) {
    using std::exp;
    const T value = exp(x.value_);
    return {value, value * (T(1) + x.gauge_)};
  }
  friend Gauged sqrt(const Gauged& x) {
    using std::sqrt;
    const T value = sqrt(x.value_);
    return {value, value == T(0) ? T(0) : T(x.gauge_ / value)};
  }
  Gauged operator-() const { return {-value_, gauge_}; }
  Gauged& operator+=(const Gauged& b) { return *this = *this + b; }
  Gauged& operator-=(const Gauged& b) { return *this = *this - b; }
  Gauged& operator*=(const Gauged& b) { return *this = *this * b; }
  Gauged& operator/=(const Gauged& b) { return *this = *this / b; }
  friend bool operator==(const Gauged& a, const Gauged& b) { return a.value_ == b.value_; }
  friend bool operator<(const Gauged& a, const Gauged& b) { return a.value_ < b.value_; }
  friend bool operator>(const Gauged& a, const Gauged& b) { return a.value_ > b.value_; }
  friend bool operator<=(const Gauged& a, const Gauged& b) { return a.value_ <= b.value_; }
  friend bool operator>=(const Gauged& a, const Gauged& b) { return a.value_ >= b.value_; }

 private:
  Gauged(const T& value, const T& gauge) : value_(value), gauge_(gauge) {}
  static T size(const T& x) { return x < T(0) ? T(-x) : x; }

  T value_ = T(0);
  T gauge_ = T(0);
};

}  // namespace slim::reference

namespace Eigen {

template <class T>
struct NumTraits<slim::reference::Gauged<T>> : GenericNumTraits<double> {
  enum { RequireInitialization = 1, ReadCost = 8, AddCost = 32, MulCost = 64 };
  using Real = slim::reference::Gauged<T>;
  using NonInteger = Real;
  using Nested = Real;
};

}  // namespace Eigen
