// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/heads.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace slim {

/// Consecutive heads that share an array: each of them has that of the first of its group. 1: none.
struct HeadGroups {
  Index queries = 1;
  Index keys = 1;
  Index values = 1;
  bool operator==(const HeadGroups&) const = default;

  /// Heads whose prefix sums are equal.
  [[nodiscard]] Index states() const { return std::min(keys, values); }
  [[nodiscard]] Index largest() const { return std::max({queries, keys, values}); }
};

/// A task: kernel attention and its pullback.
///
/// Row i attends to key j if j ≤ i (causal) or always (bidirectional), unless the key is masked:
///   Y_i = Σ_j (g(q_i)·g(k_j)) v_j / Σ_j g(q_i)·g(k_j), with ε as the conventions say, or
///   Y_i = c Σ_j (g(q_i)·g(k_j)) v_j without a normaliser.
/// A start state RS = (R₀; S₀) holds the sums of preceding rows: it is added to the sums of every
/// row, in both directions. The end state is RS + Σ_j [v_j; 1] g(k_j)ᵀ over keys that are not
/// masked. The pullback is the gradient of Φ = ⟨cotangent, Y⟩ + ⟨end cotangent, end state⟩.
///
/// Arrays may have any strides, but must not overlap the result.
///
/// `groups` and `query_mask` say what an implementation that has fewer heads or rows does not get.
/// All heads and rows are here; the answer is read as attention_view.hpp says.
template <class T>
struct AttentionTask {
  HeadsView<T> q;      ///< [B, H, L, D], or features [B, H, L, M] with features_given
  HeadsView<T> k;      ///< as q
  HeadsView<T> v;      ///< [B, H, L, D_v]
  Index slice_length;  ///< C, rows in memory at once; at least L: one slice
  FeatureMap feature_map{};
  HeadsView<T> omega{};         ///< [1, H, D, columns], projected maps only
  bool features_given = false;  ///< q and k are features already
  bool causal = true;
  AttentionConventions conventions{};
  std::span<const std::uint8_t> key_mask{};  ///< [B, L]: 0, the key is masked; empty: no mask
  HeadsView<accumulator_t<T>> start{};       ///< RS [B, H, D_v + 1, M]; empty: zero
  bool wants_pullback = false;
  HeadsView<T> out_cotangent{};                 ///< [B, H, L, D_v]; empty: zero
  HeadsView<accumulator_t<T>> end_cotangent{};  ///< [B, H, D_v + 1, M]; empty: zero
  HeadGroups groups{};
  std::span<const std::uint8_t> query_mask{};  ///< [B, L]: 0, the query is absent; empty: none is
  int threads = 1;                             ///< never changes a bit of the result

  /// M
  [[nodiscard]] Index features() const {
    return features_given ? q.sizes.cols : feature_map.features(q.sizes.cols);
  }
  [[nodiscard]] HeadsSizes out_sizes() const { return v.sizes; }
  [[nodiscard]] HeadsSizes state_sizes() const {
    return {.batch = v.sizes.batch,
            .heads = v.sizes.heads,
            .rows = v.sizes.cols + 1,
            .cols = features()};
  }
  [[nodiscard]] bool takes_part(Index b, Index j) const {
    return key_mask.empty() || key_mask[static_cast<std::size_t>(b * k.sizes.rows + j)] != 0;
  }
};

/// Arrays of the right sizes are reused; every entry is overwritten.
template <class T>
struct AttentionResult {
  Heads<T> out;                            ///< [B, H, L, D_v]
  Heads<accumulator_t<T>> end;             ///< RS after the last row [B, H, D_v + 1, M]
  Heads<T> dq, dk, dv;                     ///< as q, k, v; empty unless requested
  Heads<accumulator_t<T>> start_gradient;  ///< of Φ with respect to the start state, likewise
};

/// A task: the features g(x), as the attention task computes them for its queries or keys.
template <class T>
struct FeaturesTask {
  HeadsView<T> x;  ///< [B, H, L, D]
  FeatureMap feature_map{};
  HeadsView<T> omega{};  ///< [1, H, D, columns], projected maps only
  bool is_query = true;  ///< else a key: scaling and stabilisers may differ
  AttentionConventions conventions{};
  int threads = 1;

  [[nodiscard]] HeadsSizes out_sizes() const {
    HeadsSizes sizes = x.sizes;
    sizes.cols = feature_map.features(x.sizes.cols);
    return sizes;
  }
};

template <class T>
struct FeaturesResult {
  Heads<T> out;  ///< g(x) [B, H, L, M], reused if it has the right sizes
};

namespace detail {

/// An array of a task of any scalar.
struct HeadsShape {
  const char* name;
  bool given;
  HeadsSizes sizes;
  HeadsStrides strides;
};
template <class T>
HeadsShape shape_of(const char* name, const HeadsView<T>& view) {
  return {.name = name, .given = !view.empty(), .sizes = view.sizes, .strides = view.strides};
}

/// The properties on which a task's validity depends, for any scalar.
struct AttentionShapes {
  HeadsShape q, k, v, omega, start, out_cotangent, end_cotangent;
  const FeatureMap& feature_map;
  bool features_given;
  const AttentionConventions& conventions;
  std::span<const std::uint8_t> key_mask;
  std::span<const std::uint8_t> query_mask;
  HeadGroups groups;
  bool wants_pullback;
  Index slice_length;
  int threads;
};
void require_valid(const AttentionShapes& task);

struct FeaturesShapes {
  HeadsShape x, omega;
  const FeatureMap& feature_map;
  const AttentionConventions& conventions;
  int threads;
};
void require_valid(const FeaturesShapes& task);

}  // namespace detail

/// Throws ContractError, one line that names the argument, unless the task is consistent.
template <class T>
void require_valid(const AttentionTask<T>& task) {
  using detail::shape_of;
  detail::require_valid(
      detail::AttentionShapes{.q = shape_of("q", task.q),
                              .k = shape_of("k", task.k),
                              .v = shape_of("v", task.v),
                              .omega = shape_of("omega", task.omega),
                              .start = shape_of("start", task.start),
                              .out_cotangent = shape_of("out_cotangent", task.out_cotangent),
                              .end_cotangent = shape_of("end_cotangent", task.end_cotangent),
                              .feature_map = task.feature_map,
                              .features_given = task.features_given,
                              .conventions = task.conventions,
                              .key_mask = task.key_mask,
                              .query_mask = task.query_mask,
                              .groups = task.groups,
                              .wants_pullback = task.wants_pullback,
                              .slice_length = task.slice_length,
                              .threads = task.threads});
}

template <class T>
void require_valid(const FeaturesTask<T>& task) {
  detail::require_valid(detail::FeaturesShapes{.x = detail::shape_of("x", task.x),
                                               .omega = detail::shape_of("omega", task.omega),
                                               .feature_map = task.feature_map,
                                               .conventions = task.conventions,
                                               .threads = task.threads});
}

}  // namespace slim
