// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_conventions.hpp"

#include <concepts>

namespace slim::reference {

/// The denominator D of attention, with its ε. A bare number is the ε of the paper's D + ε.
template <class T>
struct Denominator {
  EpsilonPlace place = EpsilonPlace::denominator;
  T epsilon = T(0);

  Denominator() = default;
  template <class Number>
  requires std::convertible_to<Number, T>
  // NOLINTNEXTLINE(google-explicit-constructor): a bare number is the paper's ε
  Denominator(const Number& of_paper) : epsilon(of_paper) {}
  explicit Denominator(const AttentionConventions& conventions)
      : place(conventions.epsilon_place), epsilon(static_cast<T>(conventions.epsilon)) {}

  /// An entry of S, with ε if ε is added to the sums.
  [[nodiscard]] T seen(const T& S) const {
    return place == EpsilonPlace::sums ? T(S + epsilon) : S;
  }
  /// D from `sum`, the inner product of g(Q) with S (including ε if ε is added to the sums).
  [[nodiscard]] T of(const T& sum) const {
    switch (place) {
      case EpsilonPlace::denominator:
        return sum + epsilon;
      case EpsilonPlace::when_small:
        return is_small(sum) && is_small(-sum) ? T(sum + T(2) * epsilon) : sum;
      case EpsilonPlace::clamped:
        return is_small(sum) ? epsilon : sum;
      default:  // ε is in the features or in S already
        return sum;
    }
  }
  /// Whether D depends on the sum; its derivative is then 1.
  [[nodiscard]] bool moves(const T& D) const {
    return place != EpsilonPlace::clamped || !is_small(D);
  }

 private:
  /// x ≤ ε; false for NaN.
  [[nodiscard]] bool is_small(const T& x) const { return x < epsilon || x == epsilon; }
};

}  // namespace slim::reference
