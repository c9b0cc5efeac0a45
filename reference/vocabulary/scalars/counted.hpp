// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstdint>
#include <limits>

namespace slim {

/// Scalar operations by this thread on Counted numbers since the last reset: their number, and the
/// critical path.
struct Operations {
  std::int64_t additions = 0;        ///< + and -
  std::int64_t multiplications = 0;  ///< each is one multiply-add of the paper's accounting
  std::int64_t divisions = 0;
  std::int64_t elementary = 0;  ///< exp, log, sqrt, erf, …
  std::int64_t depth = 0;       ///< length of the longest chain of dependent operations
};

/// A double that counts operations and carries its depth: the length of the longest chain of
/// operations that it depends on. Negation, comparison, absolute value, assignment and conversion
/// are free; a number made from a double has depth 0. Depth does not include the dependence of a
/// branch on the values compared.
class Counted {
 public:
  Counted() = default;
  Counted(double value) : value_(value) {}  // NOLINT(google-explicit-constructor): a number
  explicit operator double() const { return value_; }
  [[nodiscard]] std::int64_t depth() const { return depth_; }

  static Operations& operations() {
    thread_local Operations counts;
    return counts;
  }

  friend Counted operator+(Counted a, Counted b) {
    return after(a, b, a.value_ + b.value_, &Operations::additions);
  }
  friend Counted operator-(Counted a, Counted b) {
    return after(a, b, a.value_ - b.value_, &Operations::additions);
  }
  friend Counted operator*(Counted a, Counted b) {
    return after(a, b, a.value_ * b.value_, &Operations::multiplications);
  }
  friend Counted operator/(Counted a, Counted b) {
    return after(a, b, a.value_ / b.value_, &Operations::divisions);
  }
  Counted operator-() const { return {-value_, depth_}; }
  Counted& operator+=(Counted b) { return *this = *this + b; }
  Counted& operator-=(Counted b) { return *this = *this - b; }
  Counted& operator*=(Counted b) { return *this = *this * b; }
  Counted& operator/=(Counted b) { return *this = *this / b; }
  friend bool operator==(Counted a, Counted b) { return a.value_ == b.value_; }
  friend auto operator<=>(Counted a, Counted b) { return a.value_ <=> b.value_; }

  friend Counted exp(Counted x) { return elementary(x, std::exp(x.value_)); }
  friend Counted log(Counted x) { return elementary(x, std::log(x.value_)); }
  friend Counted sqrt(Counted x) { return elementary(x, std::sqrt(x.value_)); }
  friend Counted erf(Counted x) { return elementary(x, std::erf(x.value_)); }
  friend Counted erfc(Counted x) { return elementary(x, std::erfc(x.value_)); }
  friend Counted sin(Counted x) { return elementary(x, std::sin(x.value_)); }
  friend Counted cos(Counted x) { return elementary(x, std::cos(x.value_)); }
  friend Counted abs(Counted x) { return {std::abs(x.value_), x.depth_}; }
  friend bool isfinite(Counted x) { return std::isfinite(x.value_); }

 private:
  Counted(double value, std::int64_t depth) : value_(value), depth_(depth) {}
  /// The result of one operation on a and b.
  static Counted after(Counted a, Counted b, double value, std::int64_t Operations::*kind) {
    Operations& counts = operations();
    ++(counts.*kind);
    const std::int64_t depth = 1 + std::max(a.depth_, b.depth_);
    counts.depth = std::max(counts.depth, depth);
    return {value, depth};
  }
  static Counted elementary(Counted x, double value) {
    return after(x, x, value, &Operations::elementary);
  }

  double value_ = 0.0;
  std::int64_t depth_ = 0;
};

}  // namespace slim
