// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_attention.hpp"

#include <vector>

namespace slim::properties::mutants {

/// The two sums of attention.
enum class Sum { numerator, denominator };

/// How often row i meets key j of head `other` in the sums of head h, by the direction of attention
/// alone: masks are applied elsewhere. Without a fault 1 for the keys that it attends to.
class FaultyWeights {
 public:
  /// `lost`: a key whose update is lost in this call, or -1.
  FaultyWeights(const Faults& faults, bool causal, Index L, Index C, Index lost);

  [[nodiscard]] int times(Index i, Index j) const {
    return forward_[static_cast<std::size_t>(i * L_ + j)];
  }
  [[nodiscard]] int times(Sum sum, Index i, Index j) const;
  /// The same in the gradient of queries, and in those of keys and values.
  [[nodiscard]] int times_for_queries(Sum sum, Index i, Index j) const;
  [[nodiscard]] int times_for_keys(Sum sum, Index i, Index j) const;
  /// Whether the pullback leaves out a row.
  [[nodiscard]] bool is_skipped(Index i) const {
    return faults_.has(Fault::pullback_tail_skipped) && is_in_tail(i);
  }
  [[nodiscard]] bool is_lost(Index j) const { return j == lost_; }
  /// Whether the sum of head h has keys of head `other`.
  [[nodiscard]] bool meets(Sum sum, Index h, Index other) const;
  /// Whether the sum of sequence b has keys of sequence `other`.
  [[nodiscard]] bool meets_sequence(Sum sum, Index b, Index other) const;

  [[nodiscard]] bool begins_slice(Index l) const { return l % C_ == 0; }
  [[nodiscard]] bool ends_slice(Index l) const { return l % C_ == C_ - 1; }
  /// Whether a row is in a ragged last slice.
  [[nodiscard]] bool is_in_tail(Index l) const { return l >= L_ - L_ % C_; }

 private:
  [[nodiscard]] bool is(Fault fault) const { return faults_.has(fault); }
  [[nodiscard]] Index slice(Index l) const { return l / C_; }
  /// In causal attention, over the same row of heads or sequences in place of earlier rows.
  [[nodiscard]] bool has_running_sum(Sum sum) const;
  [[nodiscard]] bool has_running_sum_over_heads(Sum sum) const;
  [[nodiscard]] bool has_running_sum_over_sequences(Sum sum) const;
  [[nodiscard]] bool is_never_carried(Sum sum) const;
  [[nodiscard]] int forward(Index i, Index j) const;
  [[nodiscard]] int from_other_slices(Index i, Index j) const;
  [[nodiscard]] int on_grid(Index i, Index j) const;

  const Faults& faults_;
  bool causal_;
  Index L_;
  Index C_;
  Index lost_;
  std::vector<int> forward_;  ///< row by row
};

}  // namespace slim::properties::mutants
