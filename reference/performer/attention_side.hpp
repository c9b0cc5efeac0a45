// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/feature_map.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace slim::reference {

/// One matrix for every head of every sequence, head h of sequence b at b·H + h.
template <class T>
using HeadMatrices = std::vector<Matrix<T>>;

/// Queries or keys, with the settings that turn them into features under any conventions.
template <class T>
struct AttentionSide {
  FeatureMap map;
  AttentionConventions conventions;
  bool is_query;
  HeadMatrices<T> omega;  ///< [D, P] of each head; empty unless the map is projected
  HeadMatrices<T> X;      ///< [L, D]
  std::span<const std::uint8_t> key_mask{};  ///< [B, L], 0: the row is masked; empty: no mask

  [[nodiscard]] Stabiliser stabiliser() const {
    return is_query ? conventions.query_stabiliser : conventions.key_stabiliser;
  }
  [[nodiscard]] const Matrix<T>& omega_of(std::size_t at) const { return omega[at % omega.size()]; }
};

/// The factor c of x̃ = c x, without the input scale: d^(-1/4) where both sides share the scores'
/// 1/√d, d^(-1/2) where one side carries all of it. `shared` says whether they share it by default.
template <class T>
T side_scale(Scaling scaling, bool shared, bool is_query, Index d) {
  using std::sqrt;
  switch (scaling) {
    case Scaling::by_feature_map:
      return shared ? favor_scale<T>(d) : T(1);
    case Scaling::both:
      return favor_scale<T>(d);
    case Scaling::queries:
      return is_query ? T(T(1) / sqrt(number<T>(d))) : T(1);
    case Scaling::keys:
      return is_query ? T(1) : T(T(1) / sqrt(number<T>(d)));
    default:
      return T(1);
  }
}

template <class T>
accumulator_t<T> side_scale(const AttentionSide<T>& side) {
  using Wide = accumulator_t<T>;
  const bool shared = side.map.kind == FeatureKind::favor_plus;
  const Wide c =
      side_scale<Wide>(side.conventions.scaling, shared, side.is_query, side.X.front().cols());
  const double own = side.conventions.input_scale;
  return own == 1.0 ? c : Wide(c * static_cast<Wide>(own));
}

/// The common factor of all features: 1/√M or 1.
template <class T>
T feature_factor(const AttentionConventions& conventions, Index M) {
  using std::sqrt;
  return conventions.divides_by_root_features ? T(T(1) / sqrt(number<T>(M))) : T(1);
}

/// c X, without a multiplication where c is 1.
template <class T>
Matrix<T> times(const T& c, Matrix<T> X) {
  if (!(c == T(1))) X *= c;
  return X;
}

}  // namespace slim::reference
