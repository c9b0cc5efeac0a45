#pragma once

#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>

namespace slim {

/// Scalar operations done by this thread on Counted numbers since the last reset.
struct Operations {
  std::int64_t additions = 0;        ///< + and -
  std::int64_t multiplications = 0;  ///< each is one multiply-add of the paper's accounting
  std::int64_t divisions = 0;
  std::int64_t elementary = 0;  ///< exp, log, sqrt, erf, …
};

/// A double that counts the operations done on it. Negation, comparison, absolute value,
/// assignment and conversion are free.
class Counted {
 public:
  Counted() = default;
  Counted(double value) : value_(value) {}  // NOLINT(google-explicit-constructor): a number
  explicit operator double() const { return value_; }

  static Operations& operations() {
    thread_local Operations counts;
    return counts;
  }

  friend Counted operator+(Counted a, Counted b) { return added(a.value_ + b.value_); }
  friend Counted operator-(Counted a, Counted b) { return added(a.value_ - b.value_); }
  friend Counted operator*(Counted a, Counted b) {
    ++operations().multiplications;
    return {a.value_ * b.value_};
  }
  friend Counted operator/(Counted a, Counted b) {
    ++operations().divisions;
    return {a.value_ / b.value_};
  }
  Counted operator-() const { return {-value_}; }
  Counted& operator+=(Counted b) { return *this = *this + b; }
  Counted& operator-=(Counted b) { return *this = *this - b; }
  Counted& operator*=(Counted b) { return *this = *this * b; }
  Counted& operator/=(Counted b) { return *this = *this / b; }
  friend bool operator==(Counted a, Counted b) { return a.value_ == b.value_; }
  friend auto operator<=>(Counted a, Counted b) { return a.value_ <=> b.value_; }

  friend Counted exp(Counted x) { return elementary(std::exp(x.value_)); }
  friend Counted log(Counted x) { return elementary(std::log(x.value_)); }
  friend Counted sqrt(Counted x) { return elementary(std::sqrt(x.value_)); }
  friend Counted erf(Counted x) { return elementary(std::erf(x.value_)); }
  friend Counted erfc(Counted x) { return elementary(std::erfc(x.value_)); }
  friend Counted sin(Counted x) { return elementary(std::sin(x.value_)); }
  friend Counted cos(Counted x) { return elementary(std::cos(x.value_)); }
  friend Counted abs(Counted x) { return {std::abs(x.value_)}; }
  friend bool isfinite(Counted x) { return std::isfinite(x.value_); }

 private:
  static Counted added(double value) {
    ++operations().additions;
    return {value};
  }
  static Counted elementary(double value) {
    ++operations().elementary;
    return {value};
  }

  double value_ = 0.0;
};

}  // namespace slim
