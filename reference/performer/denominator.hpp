// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/constants.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <cmath>
#include <concepts>
#include <utility>
#include <vector>

namespace slim::reference {

/// The factor c of an output, for queries of width `d` and M features.
template <class T>
T output_scale(const AttentionConventions& conventions, Index d, Index M) {
  using std::sqrt;
  switch (conventions.output_scale_by) {
    case OutputScale::root_width:
      return T(1) / sqrt(number<T>(d));
    case OutputScale::root_features:
      return T(1) / sqrt(number<T>(M));
    default:
      return static_cast<T>(conventions.output_scale);
  }
}

/// The denominator D of attention, with every ε: first that of small ones, then that of all, then
/// the least one; 1 without it. Also what else a row has by the conventions: the factor of its
/// output, and the weight of its own key. A bare number is the ε of the paper's D + ε.
template <class T>
class Denominator {
 public:
  Denominator() = default;
  template <class Number>
  requires std::convertible_to<Number, T>
  // NOLINTNEXTLINE(google-explicit-constructor): a bare number is the paper's ε
  Denominator(const Number& of_paper) : added_(of_paper) {}
  /// Of attention over L rows.
  Denominator(const AttentionConventions& conventions, Index L)
      : divides_(conventions.normaliser == Normaliser::denominator),
        added_(epsilon(conventions, EpsilonPlace::denominator, L)),
        in_sums_(epsilon(conventions, EpsilonPlace::sums, L)),
        when_small_(epsilon(conventions, EpsilonPlace::when_small, L)),
        least_(epsilon(conventions, EpsilonPlace::clamped, L)),
        is_clamped_(conventions.epsilons[EpsilonPlace::clamped] > 0.0),
        has_small_(conventions.epsilons[EpsilonPlace::when_small] > 0.0),
        has_sums_(conventions.epsilons[EpsilonPlace::sums] > 0.0) {}
  /// With the factors and own weights of rows; empty: 1 and 0.
  Denominator(const AttentionConventions& conventions, Index L, std::vector<T> factors,
              std::vector<T> own_weights)
      : Denominator(conventions, L) {
    factors_ = std::move(factors);
    own_weights_ = std::move(own_weights);
  }

  /// An entry of S, with ε if ε is added to the sums.
  [[nodiscard]] T seen(const T& S) const { return has_sums_ ? T(S + in_sums_) : S; }
  /// D from `sum`, the inner product of g(Q) with S (including ε if ε is added to the sums).
  [[nodiscard]] T of(const T& sum) const {
    if (!divides_) return T(1);
    T D = sum;
    if (has_small_ && is_at_most(sum, when_small_) && is_at_most(-sum, when_small_)) {
      D += T(2) * when_small_;
    }
    D += added_;
    return is_clamped_ && is_at_most(D, least_) ? least_ : D;
  }
  /// Whether D depends on the sum; its derivative is then 1.
  [[nodiscard]] bool moves(const T& D) const {
    return divides_ && !(is_clamped_ && is_at_most(D, least_));
  }
  [[nodiscard]] bool has_factors() const { return !factors_.empty(); }
  [[nodiscard]] const T& factor(Index l) const { return factors_[static_cast<std::size_t>(l)]; }
  /// y, or y times the factor of row l.
  [[nodiscard]] T scaled(const T& y, Index l) const { return has_factors() ? T(y * factor(l)) : y; }
  [[nodiscard]] bool has_own_weights() const { return !own_weights_.empty(); }
  [[nodiscard]] const T& own_weight(Index l) const {
    return own_weights_[static_cast<std::size_t>(l)];
  }

 private:
  static T epsilon(const AttentionConventions& conventions, EpsilonPlace place, Index L) {
    const auto of_mean = static_cast<T>(conventions.epsilons[place]);
    return conventions.epsilon_times_length ? T(of_mean * number<T>(L)) : of_mean;
  }
  /// x ≤ y; false for NaN.
  static bool is_at_most(const T& x, const T& y) { return x < y || x == y; }

  bool divides_ = true;
  T added_ = T(0);
  T in_sums_ = T(0);
  T when_small_ = T(0);
  T least_ = T(0);
  bool is_clamped_ = false;
  bool has_small_ = false;
  bool has_sums_ = false;
  std::vector<T> factors_;
  std::vector<T> own_weights_;
};

}  // namespace slim::reference
