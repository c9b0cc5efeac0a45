// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/compared_by_value.hpp"
#include "reference/numbers/error_function.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <cmath>
#include <compare>
#include <type_traits>

namespace slim::reference {

/// A number with its gauge, the scale by which its rounding errors are measured: the result of the
/// same formula with every number replaced by its absolute value and every subtraction by an
/// addition. Without cancellation the gauge is the number's magnitude. Error ≤ γ_n · gauge for n
/// consecutive roundings, in any order; for exponentials to first order in the exponent's error.
///   gauge(a ± b) = gauge(a) + gauge(b),  gauge(a b) = gauge(a) gauge(b)
///   gauge(a / b) = gauge(a) gauge(b) / b²: includes the cancellation in b
///   gauge(f(a)) = |f(a)| + |f′(a)| gauge(a) for f = exp, log, sin, cos, erf; for exp, an error in
///   the exponent is a relative one. sin and cos take |f′| = 1, which also covers the second order.
/// These gauges multiply: the gauge of a product of k exponentials is (1 + gauge(a))^k times its
/// magnitude, though its error is only k (1 + gauge(a)) u to first order. `first_order` returns the
/// latter: numbers carry the size of their terms and, separately, what exponents add to it,
///   size(a b) = size(a) size(b),  more(a b) = more(a) size(b) + size(a) more(b), likewise a / b
///   size(f(a)) = |f(a)|,          more(f(a)) = |f′(a)| (size(a) + more(a))
/// and first_order = size + more. It is valid if the rounding errors of exponents are far below 1.
/// Where the errors n u more of both factors are large, as near a zero of each, their product
/// counts, too: more(a b) has a term 2⁻¹⁰ more(a) more(b), for n u ≤ 2⁻¹⁰.
/// Likewise a projection x ω in which terms cancel: `as_argument` makes what exceeds its magnitude
/// `more`, so that features of many such arguments do not multiply what cancels in each.
/// Source: Higham, "Accuracy and stability of numerical algorithms", sections 3.1 and 3.3.
/// The gauge of 0/0 is NaN, so that every comparison with it fails.
template <class T>
class Gauged : public ComparedByValue<Gauged<T>> {
 public:
  /// Of the numbers that only say how large an error may be.
  using Size = std::conditional_t<std::is_same_v<T, double>, double, long double>;

  Gauged() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(double value) requires(!std::is_same_v<T, double>) : Gauged(T(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(int value) : Gauged(T(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): a number
  Gauged(const T& value)
      : value_(value), gauge_(absolute(value)), size_(static_cast<Size>(gauge_)) {}
  explicit operator double() const { return to_double(value_); }

  [[nodiscard]] const T& value() const { return value_; }
  [[nodiscard]] const T& gauge() const { return gauge_; }
  [[nodiscard]] Size first_order() const { return size_ + more_; }
  /// The magnitude of the terms, without what exponents add.
  [[nodiscard]] Size size() const { return size_; }

  friend Gauged operator+(const Gauged& a, const Gauged& b) {
    return {a.value_ + b.value_, a.gauge_ + b.gauge_, a.size_ + b.size_, a.more_ + b.more_};
  }
  friend Gauged operator-(const Gauged& a, const Gauged& b) {
    return {a.value_ - b.value_, a.gauge_ + b.gauge_, a.size_ + b.size_, a.more_ + b.more_};
  }
  friend Gauged operator*(const Gauged& a, const Gauged& b) {
    return {a.value_ * b.value_, a.gauge_ * b.gauge_, a.size_ * b.size_,
            a.more_ * b.size_ + a.size_ * b.more_ + second_order * a.more_ * b.more_};
  }
  friend Gauged operator/(const Gauged& a, const Gauged& b) {
    const T divisor = absolute(b.value_);
    const auto by = static_cast<Size>(divisor);
    return {a.value_ / b.value_, a.gauge_ / divisor * (b.gauge_ / divisor),
            a.size_ / by * (b.size_ / by),
            a.more_ / by * (b.size_ / by) + a.size_ / by * (b.more_ / by) +
                second_order * (a.more_ / by) * (b.more_ / by)};
  }
  friend Gauged exp(const Gauged& x) {
    using std::exp;
    const T value = exp(x.value_);
    return elementary(x, value, value);
  }
  friend Gauged log(const Gauged& x) {
    using std::log;
    return elementary(x, log(x.value_), T(1) / x.value_);
  }
  friend Gauged sin(const Gauged& x) {
    using std::sin;
    return elementary(x, sin(x.value_), T(1));
  }
  friend Gauged cos(const Gauged& x) {
    using std::cos;
    return elementary(x, cos(x.value_), T(1));
  }
  friend Gauged erf(const Gauged& x) {
    using std::exp;
    return elementary(x, error_function(x.value_),
                      T(1.1283791670955126) * exp(-x.value_ * x.value_));
  }
  friend Gauged sqrt(const Gauged& x) {
    using std::sqrt;
    const T value = sqrt(x.value_);
    if (value == T(0)) return {value, T(0), Size(0), Size(0)};
    const auto by = static_cast<Size>(value);
    return {value, x.gauge_ / value, x.size_ / by, x.more_ / by};
  }
  /// A sum that is an argument from now on, whatever its terms were.
  friend Gauged as_argument(const Gauged& x) {
    const auto size = static_cast<Size>(absolute(x.value_));
    return {x.value_, x.gauge_, size, x.size_ + x.more_ - size};
  }
  /// max(x, 0). What is 0 to within its rounding error may be rounded to a positive number.
  friend Gauged positive_part(const Gauged& x) {
    if (x.value_ > T(0)) return x;
    constexpr double largest_error = 0x1p-6;  // relative to the gauge
    const bool may_be_positive = absolute(x.value_) <= T(largest_error) * x.gauge_;
    return may_be_positive ? Gauged(T(0), x.gauge_, Size(0), x.size_ + x.more_) : Gauged(0);
  }
  Gauged operator-() const { return {-value_, gauge_, size_, more_}; }

 private:
  Gauged(const T& value, const T& gauge, Size size, Size more)
      : value_(value), gauge_(gauge), size_(size), more_(more) {}
  /// f(x) from its value and slope.
  static Gauged elementary(const Gauged& x, const T& value, const T& slope) {
    const T size = absolute(value);
    const T steepness = absolute(slope);
    return {value, size + steepness * x.gauge_, static_cast<Size>(size),
            static_cast<Size>(steepness) * (x.size_ + x.more_)};
  }
  static constexpr Size second_order = 0x1p-10;
  static T absolute(const T& x) { return x < T(0) ? T(-x) : x; }

  T value_ = T(0);
  T gauge_ = T(0);
  Size size_ = 0;  ///< magnitude of the terms
  Size more_ = 0;  ///< contribution of exponents
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
