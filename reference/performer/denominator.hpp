#pragma once

#include "reference/vocabulary/task/attention_conventions.hpp"

#include <concepts>

namespace slim::reference {

/// D, what attention divides by, with its epsilon. A bare number is the ε of the paper's D + ε.
template <class T>
struct Denominator {
  EpsilonPlace place = EpsilonPlace::denominator;
  T epsilon = T(0);

  Denominator() = default;
  template <class Number>
  requires std::convertible_to<Number, T>
  // NOLINTNEXTLINE(google-explicit-constructor): the paper's convention
  Denominator(const Number& of_paper) : epsilon(of_paper) {}
  explicit Denominator(const AttentionConventions& conventions)
      : place(conventions.epsilon_place), epsilon(static_cast<T>(conventions.epsilon)) {}

  /// An entry of S as queries see it.
  [[nodiscard]] T seen(const T& S) const {
    return place == EpsilonPlace::sums ? T(S + epsilon) : S;
  }
  /// D from `sum`, the sum of products of what is seen of S with g(Q).
  [[nodiscard]] T of(const T& sum) const {
    switch (place) {
      case EpsilonPlace::denominator:
        return sum + epsilon;
      case EpsilonPlace::when_small:
        return is_small(sum) && is_small(-sum) ? T(sum + T(2) * epsilon) : sum;
      case EpsilonPlace::clamped:
        return is_small(sum) ? epsilon : sum;
      default:  // in the features already, or in what is seen of S
        return sum;
    }
  }
  /// Whether D, as `of` gave it, changes with the sum; if so by as much.
  [[nodiscard]] bool moves(const T& D) const {
    return place != EpsilonPlace::clamped || !is_small(D);
  }

 private:
  /// x ≤ ε; what is no number is not small.
  [[nodiscard]] bool is_small(const T& x) const { return x < epsilon || x == epsilon; }
};

}  // namespace slim::reference
