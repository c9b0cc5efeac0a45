// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/faulty_weights.hpp"

#include <algorithm>

namespace slim::properties::mutants {

FaultyWeights::FaultyWeights(const Faults& faults, bool causal, Index L, Index C, Index lost)
    : faults_(faults),
      causal_((causal && !is(Fault::causal_flag_dropped)) || is(Fault::always_causal)),
      L_(L),
      C_(C),
      lost_(lost) {
  forward_.reserve(static_cast<std::size_t>(L_ * L_));
  for (Index i = 0; i < L_; ++i) {
    for (Index j = 0; j < L_; ++j) forward_.push_back(forward(i, j));
  }
}

int FaultyWeights::forward(Index i, Index j) const {
  if (j == lost_ || (is(Fault::first_key_unseen) && j == 0)) return 0;
  if (!causal_) return is(Fault::totals_of_own_slice_only) && slice(i) != slice(j) ? 0 : 1;
  int times = j <= i ? 1 : 0;
  if (is(Fault::own_key_unseen) && j == i) times = 0;
  if (is(Fault::own_key_unseen_from_row_24) && j == i && i >= 24) times = 0;
  if (is(Fault::last_row_of_whole_vectors_stale) && j == i && i + 1 == L_ && L_ % 16 == 0) {
    times = 0;
  }
  if (is(Fault::next_key_seen) && j == i + 1) times = 1;
  if (is(Fault::own_slice_whole) && slice(j) == slice(i)) times = 1;
  if (is(Fault::own_slice_unseen) && slice(j) == slice(i)) times = 0;
  if (is(Fault::last_row_of_slice_dropped) && ends_slice(j) && slice(j) < slice(i)) times = 0;
  if (is(Fault::first_row_of_slice_dropped) && begins_slice(j) && slice(j) < slice(i)) times = 0;
  if (is(Fault::first_row_of_slice_stale) && i == j && i > 0 && i % C_ == 0) times = 0;
  if (is(Fault::state_never_carried) && slice(j) != slice(i)) times = 0;
  if (is(Fault::state_of_one_slice_only) && slice(i) - slice(j) > 1) times = 0;
  if (is(Fault::slice_carried_twice) && slice(i) - slice(j) == 1) times *= 2;
  return times;
}

bool FaultyWeights::has_running_sum_over_heads(Sum sum) const {
  return causal_ && (is(Fault::running_sum_over_heads) ||
                     (sum == Sum::denominator && is(Fault::denominator_over_heads)));
}

bool FaultyWeights::has_running_sum_over_sequences(Sum sum) const {
  return causal_ && sum == Sum::denominator && is(Fault::denominator_over_sequences);
}

bool FaultyWeights::has_running_sum(Sum sum) const {
  return has_running_sum_over_heads(sum) || has_running_sum_over_sequences(sum);
}

bool FaultyWeights::meets_sequence(Sum sum, Index b, Index other) const {
  return has_running_sum_over_sequences(sum) ? other <= b : other == b;
}

/// Whether one of the two sums starts at 0 in every slice.
bool FaultyWeights::is_never_carried(Sum sum) const {
  return causal_ && is(sum == Sum::numerator ? Fault::state_of_values_never_carried
                                             : Fault::key_sum_never_carried);
}

bool FaultyWeights::meets(Sum sum, Index h, Index other) const {
  if (has_running_sum_over_heads(sum)) return other <= h;
  if (is(Fault::sums_over_all_heads)) return true;
  const bool is_numerator = sum == Sum::numerator;
  if (is(is_numerator ? Fault::state_summed_over_heads : Fault::key_sum_of_all_heads)) return true;
  return other == h;
}

int FaultyWeights::times(Sum sum, Index i, Index j) const {
  if (has_running_sum(sum)) return i == j ? 1 : 0;
  if (sum == Sum::denominator && is(Fault::normalised_by_total)) return 1;
  return is_never_carried(sum) && slice(i) != slice(j) ? 0 : times(i, j);
}

int FaultyWeights::times_for_queries(Sum sum, Index i, Index j) const {
  if (is_skipped(i)) return 0;
  const bool is_of_direction = has_running_sum(sum) || is_never_carried(sum) ||
                               (sum == Sum::denominator && is(Fault::normalised_by_total)) ||
                               !causal_;
  return is_of_direction ? times(sum, i, j) : on_grid(i, j);
}

/// Rows of a slice of the pullback's grid get the keys before a state of the forward pass, and
/// those of their own slice.
int FaultyWeights::on_grid(Index i, Index j) const {
  const auto in_slices_of = [&](Index rows) {
    const Index n = std::min(i / rows, (L_ - 1) / C_);
    return (j < n * C_ ? 1 : 0) + (j >= i / rows * rows && j <= i ? 1 : 0);
  };
  if (is(Fault::pullback_over_double_slices)) return in_slices_of(2 * C_);
  if (is(Fault::pullback_over_half_slices)) return in_slices_of(std::max<Index>(1, C_ / 2));
  if (is(Fault::pullback_over_blocks)) return in_slices_of(faults_.detail().block);
  if (is(Fault::pullback_from_the_end)) {
    const Index from_end = (L_ - 1 - i) / C_;
    const Index n = (L_ - 1) / C_ - from_end;
    return (j < n * C_ ? 1 : 0) + (j >= L_ - (from_end + 1) * C_ && j <= i ? 1 : 0);
  }
  if (is(Fault::pullback_from_coarser_states)) {
    return j < i / (2 * C_) * (2 * C_) || (j >= slice(i) * C_ && j <= i) ? 1 : 0;
  }
  return times(i, j);
}

int FaultyWeights::times_for_keys(Sum sum, Index i, Index j) const {
  if (is_skipped(i) || is_skipped(j)) return 0;
  const bool sums_before =
      is(Fault::pullback_sums_rows_before) ||
      (sum == Sum::numerator && is(Fault::pullback_of_numerator_sums_rows_before));
  if (sums_before) return times(sum, j, i);
  const int usual = times(sum, i, j);
  const Fault lost = sum == Sum::numerator ? Fault::carried_gradient_of_values_lost
                                           : Fault::carried_gradient_of_key_sum_lost;
  if (is(lost) && slice(i) != slice(j)) return 0;
  return usual == times(i, j) ? from_other_slices(i, j) : usual;
}

int FaultyWeights::from_other_slices(Index i, Index j) const {
  int times_back = times(i, j);
  if (is(Fault::carried_gradient_lost) && slice(i) != slice(j)) times_back = 0;
  if (is(Fault::carried_gradient_in_wrong_order) && slice(i) != slice(j)) {
    times_back = slice(i) < slice(j) ? 1 : 0;
  }
  const bool from_later = slice(j) < slice(i);
  if (is(Fault::carried_gradient_without_first_row) && begins_slice(i) && from_later) {
    times_back = 0;
  }
  if (is(Fault::carried_gradient_without_last_row) && ends_slice(i) && from_later) times_back = 0;
  if (is(Fault::boundary_row_counted_twice) && ends_slice(j) && from_later) times_back *= 2;
  if (is(Fault::boundary_row_overwritten) && ends_slice(j) && slice(j) == slice(i) && j + 1 < L_) {
    times_back = 0;
  }
  return times_back;
}

}  // namespace slim::properties::mutants
