// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"

namespace slim {

/// How a task whose implementation has fewer heads or rows is computed by one that has all of them.
///
/// In a group of heads that share an array, each head has the array of the first one. The gradient
/// of a shared array is the sum over the group, and the gradient of a shared start state likewise;
/// both are given at the first head, and 0 at the others. The end cotangent of shared sums is the
/// first head's. An absent query has the output 0 and no gradient; its numbers are those of the
/// first one present in its head, so that no maximum depends on it.

inline bool is_viewed(const HeadGroups& groups, std::span<const std::uint8_t> query_mask) {
  return groups != HeadGroups() || !query_mask.empty();
}

/// Gives all heads of a group the numbers of its first one.
template <class T>
void share_heads(Heads<T>& heads, Index group) {
  if (heads.empty() || group == 1) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) heads(b, h) = heads(b, h - h % group);
  }
}

template <class T>
void share_heads(AttentionInputs<T>& inputs) {
  share_heads(inputs.q, inputs.groups.queries);
  share_heads(inputs.k, inputs.groups.keys);
  share_heads(inputs.v, inputs.groups.values);
  share_heads(inputs.omega, inputs.groups.largest());
  share_heads(inputs.start, inputs.groups.states());
}

/// Sets the heads of a group to 0, except for its first one.
template <class T>
void keep_first_heads(Heads<T>& heads, Index group) {
  if (heads.empty() || group == 1) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      if (h % group != 0) heads(b, h).setZero();
    }
  }
}

/// Adds the heads of a group up in its first one, and sets the others to 0.
template <class T>
void sum_heads(Heads<T>& heads, Index group) {
  if (heads.empty() || group == 1) return;
  for (Index b = 0; b < heads.sizes().batch; ++b) {
    for (Index h = 0; h < heads.sizes().heads; ++h) {
      if (h % group != 0) heads(b, h - h % group) += heads(b, h);
    }
  }
  keep_first_heads(heads, group);
}

/// Calls change(b, l) for every absent query.
template <class Change>
void for_absent(std::span<const std::uint8_t> query_mask, const HeadsSizes& sizes,
                const Change& change) {
  for (std::size_t at = 0; at < query_mask.size(); ++at) {
    const auto place = static_cast<Index>(at);
    if (query_mask[at] == 0) change(place / sizes.rows, place % sizes.rows);
  }
}

/// Sets the rows of absent queries to 0.
template <class T>
void clear_absent(Heads<T>& heads, std::span<const std::uint8_t> query_mask) {
  if (heads.empty()) return;
  for_absent(query_mask, heads.sizes(), [&](Index b, Index l) {
    for (Index h = 0; h < heads.sizes().heads; ++h) heads(b, h).row(l).setZero();
  });
}

/// The task as an implementation with all heads and rows has to compute it.
template <class T>
AttentionInputs<T> viewed(AttentionInputs<T> inputs) {
  share_heads(inputs);
  keep_first_heads(inputs.end_cotangent, inputs.groups.states());
  clear_absent(inputs.out_cotangent, inputs.query_mask);
  const HeadsSizes& sizes = inputs.q.sizes();
  for_absent(inputs.query_mask, sizes, [&](Index b, Index l) {
    for (Index other = 0; other < sizes.rows; ++other) {
      if (inputs.query_mask[static_cast<std::size_t>(b * sizes.rows + other)] == 0) continue;
      for (Index h = 0; h < sizes.heads; ++h) {
        inputs.q(b, h).row(l) = inputs.q(b, h).row(other).eval();
      }
      return;
    }
  });
  return inputs;
}

/// What of the answer an implementation with fewer heads or rows gives.
template <class T>
void view(const HeadGroups& groups, std::span<const std::uint8_t> query_mask,
          AttentionResult<T>& answer) {
  sum_heads(answer.dq, groups.queries);
  sum_heads(answer.dk, groups.keys);
  sum_heads(answer.dv, groups.values);
  sum_heads(answer.start_gradient, groups.states());
  clear_absent(answer.out, query_mask);
  clear_absent(answer.dq, query_mask);
}

}  // namespace slim
