// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

// For tests: automatic differentiation in reverse, which shares no code with the reference.

namespace slim::properties::foreign {

/// Operations on numbers, recorded so that derivatives follow from the last one to the first.
template <class T>
class Tape {
 public:
  struct Number {
    T value = T(0);
    std::size_t at = nowhere;
  };
  static constexpr std::size_t nowhere = ~std::size_t{0};

  Number variable(T value) { return put(value, {}, T(0), {}, T(0)); }
  Number put(T value, const Number& a, T da, const Number& b, T db) {
    steps_.push_back({a.at, b.at, da, db});
    return {value, steps_.size() - 1};
  }
  void add_slope(const Number& of, T slope) {
    slopes_.resize(steps_.size());
    if (of.at != nowhere) slopes_[of.at] += slope;
  }
  void go_back() {
    slopes_.resize(steps_.size());
    for (std::size_t at = steps_.size(); at-- > 0;) {
      const Step& step = steps_[at];
      if (step.a != nowhere) slopes_[step.a] += step.da * slopes_[at];
      if (step.b != nowhere) slopes_[step.b] += step.db * slopes_[at];
    }
  }
  [[nodiscard]] T slope(const Number& of) const { return slopes_[of.at]; }

  static Tape*& current() {
    thread_local Tape* tape = nullptr;
    return tape;
  }

 private:
  struct Step {
    std::size_t a, b;
    T da, db;
  };
  std::vector<Step> steps_;
  std::vector<T> slopes_;
};

template <class T>
using Number = typename Tape<T>::Number;

template <class N, class T = decltype(N::value)>
N taped(T value, const N& a, T da, const N& b = {}, T db = T(0)) {
  return Tape<T>::current()->put(value, a, da, b, db);
}
template <class N>
N plus(const N& a, const N& b) {
  return taped(a.value + b.value, a, decltype(N::value)(1), b, decltype(N::value)(1));
}
template <class N>
N times(const N& a, const N& b) {
  return taped(a.value * b.value, a, b.value, b, a.value);
}
template <class N>
N over(const N& a, const N& b) {
  using T = decltype(N::value);
  const T value = a.value / b.value;
  return taped(value, a, T(1) / b.value, b, -value / b.value);
}
template <class N>
N exponential(const N& a) {
  const auto value = std::exp(a.value);
  return taped(value, a, value);
}

}  // namespace slim::properties::foreign
