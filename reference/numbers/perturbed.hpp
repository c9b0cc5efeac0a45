// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/compared_by_value.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <cmath>

namespace slim::reference {

/// A number with a first-order bound on its change when the inputs are perturbed:
///   moved(a ± b) = moved(a) + moved(b),  moved(a b) = |a| moved(b) + |b| moved(a)
///   moved(a / b) = (moved(a) + |a / b| moved(b)) / |b|,  moved(f(a)) = |f′(a)| moved(a)
/// Rounding errors are not included; gauged.hpp bounds them.
/// Numbers are long double, since only the magnitude of a change matters.
class Perturbed : public ComparedByValue<Perturbed> {
 public:
  Perturbed() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): an unperturbed number
  Perturbed(double value) : value_(value) {}
  explicit Perturbed(const Digits50& value) : value_(static_cast<long double>(value)) {}
  Perturbed(long double value, long double moved) : value_(value), moved_(moved) {}
  explicit operator double() const { return static_cast<double>(value_); }

  [[nodiscard]] long double value() const { return value_; }
  [[nodiscard]] long double moved() const { return moved_; }

  friend Perturbed operator+(const Perturbed& a, const Perturbed& b) {
    return {a.value_ + b.value_, a.moved_ + b.moved_};
  }
  friend Perturbed operator-(const Perturbed& a, const Perturbed& b) {
    return {a.value_ - b.value_, a.moved_ + b.moved_};
  }
  friend Perturbed operator*(const Perturbed& a, const Perturbed& b) {
    return {a.value_ * b.value_, std::abs(a.value_) * b.moved_ + std::abs(b.value_) * a.moved_};
  }
  friend Perturbed operator/(const Perturbed& a, const Perturbed& b) {
    const long double quotient = a.value_ / b.value_;
    return {quotient, (a.moved_ + std::abs(quotient) * b.moved_) / std::abs(b.value_)};
  }
  friend Perturbed exp(const Perturbed& x) {
    const long double value = std::exp(x.value_);
    return {value, value * x.moved_};
  }
  friend Perturbed log(const Perturbed& x) {
    return {std::log(x.value_), x.moved_ / std::abs(x.value_)};
  }
  friend Perturbed sin(const Perturbed& x) { return {std::sin(x.value_), x.moved_}; }
  friend Perturbed cos(const Perturbed& x) { return {std::cos(x.value_), x.moved_}; }
  friend Perturbed erf(const Perturbed& x) {
    return {std::erf(x.value_), 1.1283791670955126L * std::exp(-x.value_ * x.value_) * x.moved_};
  }
  friend Perturbed sqrt(const Perturbed& x) {
    const long double value = std::sqrt(x.value_);
    return {value, x.moved_ == 0.0L ? 0.0L : x.moved_ / (2.0L * value)};
  }
  Perturbed operator-() const { return {-value_, moved_}; }

 private:
  long double value_ = 0.0L;
  long double moved_ = 0.0L;
};

}  // namespace slim::reference

namespace Eigen {

template <>
struct NumTraits<slim::reference::Perturbed> : GenericNumTraits<double> {
  enum { RequireInitialization = 1, ReadCost = 2, AddCost = 4, MulCost = 8 };
  using Real = slim::reference::Perturbed;
  using NonInteger = slim::reference::Perturbed;
  using Nested = slim::reference::Perturbed;
};

}  // namespace Eigen
