// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention.hpp"

#include <vector>

namespace slim {

/// An attention task that owns its arrays; an empty array is not given. Shapes as in AttentionTask.
template <class T>
struct AttentionInputs {
  Heads<T> q{}, k{}, v{};
  FeatureMap feature_map{};
  Heads<T> omega{};
  bool features_given = false;
  bool causal = true;
  AttentionConventions conventions{};
  std::vector<std::uint8_t> key_mask{};
  Heads<accumulator_t<T>> start{};
  bool wants_pullback = false;
  Heads<T> out_cotangent{};
  Heads<accumulator_t<T>> end_cotangent{};
  Index slice_length = 1;
  HeadGroups groups{};
  std::vector<std::uint8_t> query_mask{};

  /// A task that refers to these arrays.
  [[nodiscard]] AttentionTask<T> task() const {
    return {.q = q.view(),
            .k = k.view(),
            .v = v.view(),
            .slice_length = slice_length,
            .feature_map = feature_map,
            .omega = omega.view(),
            .features_given = features_given,
            .causal = causal,
            .conventions = conventions,
            .key_mask = key_mask,
            .start = start.view(),
            .wants_pullback = wants_pullback,
            .out_cotangent = out_cotangent.view(),
            .end_cotangent = end_cotangent.view(),
            .groups = groups,
            .query_mask = query_mask};
  }
};

/// A features task that owns its arrays.
template <class T>
struct FeaturesInputs {
  Heads<T> x{};
  FeatureMap feature_map{};
  Heads<T> omega{};
  bool is_query = true;
  AttentionConventions conventions{};

  [[nodiscard]] FeaturesTask<T> task() const {
    return {.x = x.view(),
            .feature_map = feature_map,
            .omega = omega.view(),
            .is_query = is_query,
            .conventions = conventions};
  }
};

/// The same numbers in another scalar, rounded to nearest.
template <class To, class From>
AttentionInputs<To> converted(const AttentionInputs<From>& from) {
  const auto in_to = [](const Heads<From>& heads) {
    return converted<To>(heads, MemoryTag::parameters);
  };
  const auto of_sums = [](const Heads<accumulator_t<From>>& heads) {
    return converted<accumulator_t<To>>(heads, MemoryTag::parameters);
  };
  return {.q = in_to(from.q),
          .k = in_to(from.k),
          .v = in_to(from.v),
          .feature_map = from.feature_map,
          .omega = in_to(from.omega),
          .features_given = from.features_given,
          .causal = from.causal,
          .conventions = from.conventions,
          .key_mask = from.key_mask,
          .start = of_sums(from.start),
          .wants_pullback = from.wants_pullback,
          .out_cotangent = in_to(from.out_cotangent),
          .end_cotangent = of_sums(from.end_cotangent),
          .slice_length = from.slice_length,
          .groups = from.groups,
          .query_mask = from.query_mask};
}

template <class To, class From>
FeaturesInputs<To> converted(const FeaturesInputs<From>& from) {
  return {.x = converted<To>(from.x, MemoryTag::parameters),
          .feature_map = from.feature_map,
          .omega = converted<To>(from.omega, MemoryTag::parameters),
          .is_query = from.is_query,
          .conventions = from.conventions};
}

}  // namespace slim
