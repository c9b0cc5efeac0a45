// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace slim {

/// Where a small ε is added to avoid division by 0 in Y = A/D, with A = R g(Q) and D = S·g(Q).
enum class EpsilonPlace {
  denominator,            ///< Y = A/(D + ε)
  feature,                ///< f(u) + ε in place of f(u), for queries and keys
  exponent,               ///< exp(… + ε) in place of exp(…), maps with an exponent only
  sums,                   ///< D = (S + ε)·g(Q); the state passed on excludes ε
  when_small,             ///< D + 2ε where |D| ≤ ε, and D elsewhere
  clamped,                ///< max(D, ε), whose slope is 0 at the tie
  query_feature,          ///< as feature, for queries only
  key_feature,            ///< as feature, for keys only
  divided_feature,        ///< g(x) + ε after the division by √M or by the sum of the features
  divided_query_feature,  ///< the same for queries only
  divided_key_feature,    ///< the same for keys only
  feature_sum,            ///< g(x) = f/(Σ f + ε), if features are divided by their sum
  length_squared,         ///< x/√(|x|² + ε), if x is normalised to unit length
  length_clamped,         ///< x/max(|x|, ε), likewise; its slope is 0 at the tie
};
inline constexpr std::size_t epsilon_places = 14;

/// "denominator", "when-small", "divided-key-feature", …
std::string_view name(EpsilonPlace place);
/// Throws ContractError that lists the allowed values.
EpsilonPlace parse_epsilon_place(std::string_view text);

/// Any number of ε, at most one in each place; 0 is none.
class Epsilons {
 public:
  constexpr Epsilons() = default;
  /// A single one.
  constexpr Epsilons(EpsilonPlace place, double epsilon) { (*this)[place] = epsilon; }

  constexpr double& operator[](EpsilonPlace place) {
    return values_[static_cast<std::size_t>(place)];
  }
  constexpr double operator[](EpsilonPlace place) const {
    return values_[static_cast<std::size_t>(place)];
  }
  /// The largest one in the features, of either side and place; 0 if there is none.
  [[nodiscard]] constexpr double largest_in_features() const;
  /// The largest one that belongs to the denominator.
  [[nodiscard]] constexpr double largest_in_denominator() const;
  bool operator==(const Epsilons&) const = default;

 private:
  std::array<double, epsilon_places> values_{};
};

inline constexpr std::array places_in_features = {EpsilonPlace::feature,
                                                  EpsilonPlace::query_feature,
                                                  EpsilonPlace::key_feature,
                                                  EpsilonPlace::divided_feature,
                                                  EpsilonPlace::divided_query_feature,
                                                  EpsilonPlace::divided_key_feature};
inline constexpr std::array places_in_denominator = {
    EpsilonPlace::denominator, EpsilonPlace::sums, EpsilonPlace::when_small, EpsilonPlace::clamped};

constexpr double Epsilons::largest_in_features() const {
  double largest = 0.0;
  for (const EpsilonPlace place : places_in_features) {
    if ((*this)[place] > largest) largest = (*this)[place];
  }
  return largest;
}
constexpr double Epsilons::largest_in_denominator() const {
  double largest = 0.0;
  for (const EpsilonPlace place : places_in_denominator) {
    if ((*this)[place] > largest) largest = (*this)[place];
  }
  return largest;
}

}  // namespace slim
