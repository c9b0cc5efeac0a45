// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace slim::reference {

/// Base of a number that carries more than its value: compound assignments made of its four
/// operations, and comparisons of `value()` alone.
template <class Number>
class ComparedByValue {
 public:
  friend Number& operator+=(Number& a, const Number& b) { return a = a + b; }
  friend Number& operator-=(Number& a, const Number& b) { return a = a - b; }
  friend Number& operator*=(Number& a, const Number& b) { return a = a * b; }
  friend Number& operator/=(Number& a, const Number& b) { return a = a / b; }
  friend bool operator==(const Number& a, const Number& b) { return a.value() == b.value(); }
  friend bool operator<(const Number& a, const Number& b) { return a.value() < b.value(); }
  friend bool operator>(const Number& a, const Number& b) { return a.value() > b.value(); }
  friend bool operator<=(const Number& a, const Number& b) { return a.value() <= b.value(); }
  friend bool operator>=(const Number& a, const Number& b) { return a.value() >= b.value(); }
};

}  // namespace slim::reference
