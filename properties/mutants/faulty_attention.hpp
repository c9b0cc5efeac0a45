// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/narrow_type.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::properties::mutants {

/// One fault of an attention. Rows i are queries, rows j keys; a slice has C rows.
enum class Fault {
  none,
  // causality and position
  own_key_unseen,
  first_key_unseen,
  next_key_seen,
  own_slice_unseen,
  own_slice_whole,
  causal_flag_dropped,
  always_causal,
  running_mean_of_channels,
  prefix_by_subtraction,
  total_less_future,
  stabiliser_over_length,
  // normalisation and epsilon
  not_normalised,
  normalised_all_the_same,
  normalised_by_count,
  normalised_by_total,
  normalised_by_feature,
  normalised_twice,
  normalised_over_queries,
  denominator_of_column,
  denominator_from_first_feature,
  denominator_from_first_channel,
  denominator_over_heads,
  key_sum_of_all_heads,
  scaled_after_normalising,
  epsilon_of_a_millionth,
  epsilon_in_feature,
  epsilon_clamped,
  epsilon_when_small,
  epsilon_times_features,
  epsilon_in_float32,
  no_epsilon,
  stabiliser_of_each_key,
  // under declared conventions
  output_scale_left_out_of_gradient,
  feature_scale_on_queries_only,
  length_of_own_slice,
  masked_keys_counted,
  position_from_zero,
  epsilon_times_rows_so_far,
  running_sums_over_length,
  own_weight_in_numerator_only,
  // gradient
  no_denominator_gradient_for_keys,
  no_denominator_gradient_for_queries,
  denominator_detached,
  key_sum_detached,
  denominator_gradient_added,
  denominator_gradient_undivided,
  carried_gradient_lost,
  carried_gradient_of_values_lost,
  carried_gradient_of_key_sum_lost,
  carried_gradient_in_wrong_order,
  boundary_row_counted_twice,
  boundary_row_overwritten,
  carried_gradient_without_first_row,
  carried_gradient_without_last_row,
  start_gradient_missing,
  start_gradient_without_key_sum,
  start_gradient_in_low_precision,
  start_gradient_summed_over_batch,
  pullback_over_double_slices,
  pullback_over_half_slices,
  pullback_over_blocks,
  pullback_from_the_end,
  pullback_from_coarser_states,
  pullback_tail_skipped,
  pullback_tail_zero,
  gradients_of_first_sequence_for_all,
  end_cotangent_ignored,
  end_cotangent_ignored_by_values,
  slope_of_map_left_out,
  masked_keys_get_gradient,
  cotangent_read_as_contiguous,
  values_gradient_left_stale,
  queries_gradient_accumulated,
  // slices and state
  last_row_of_slice_dropped,
  first_row_of_slice_dropped,
  first_row_of_slice_stale,
  state_never_carried,
  state_of_values_never_carried,
  key_sum_never_carried,
  state_of_one_slice_only,
  slice_carried_twice,
  tail_zero,
  tail_unwritten,
  short_sequence_skipped,
  state_not_reset_between_sequences,
  state_left_from_call_before,
  start_ignored,
  start_ignored_in_one_slice,
  start_ignored_in_one_row,
  start_added_twice,
  start_without_key_sum,
  end_without_key_sum,
  end_without_start,
  end_without_last_row,
  end_of_whole_slices_only,
  end_with_masked_keys,
  totals_of_own_slice_only,
  state_summed_over_heads,
  sums_over_all_heads,
  outputs_summed_over_heads,
  product_of_channels,
  // features
  queries_not_scaled,
  keys_scaled_twice,
  neither_scaled,
  scale_in_float32,
  scale_kept_from_first_call,
  norm_of_unscaled_input,
  norm_left_out,
  projection_shared_by_heads,
  root_features_on_queries_only,
  elu_without_one,
  exponential_in_two_factors,
  elu_slope_of_both_branches,
  first_block_repeated,
  // randomness and state of the program
  projection_redrawn_at_each_call,
  projection_seeded_from_data,
  input_written_in_place,
  cached_by_pointer,
  order_changes_from_call_to_call,
  updates_lost,
  // types, layout, masks
  sums_in_low_precision,
  array_in_narrow_type,
  rows_read_as_contiguous,
  last_axis_read_as_contiguous,
  cotangent_last_axis_read_as_contiguous,
  heads_and_rows_swapped,
  first_sequence_for_all,
  mask_ignored,
  mask_ignored_with_start,
  mask_of_first_sequence,
  mask_zeroes_values_only,
  mask_before_map,
  mask_on_queries,
  width_of_keys_for_values,
  mask_by_multiplication,
  // interface
  bad_task_answered_with_nothing,
  refusal_without_a_name,
  // bounds
  output_written_past_its_end,
  output_written_before_its_beginning,
  work_space_written_past_its_end,
  // faults that only long or wide arrays expose
  own_key_unseen_from_row_24,
  last_row_of_whole_vectors_stale,
  columns_ignored,
  // faults that only numbers far from 1 expose
  overflow_answered_with_zero,
  features_clipped,
  features_flushed,
  exponent_floored,
  sums_below_epsilon_answered_with_zero,
  // wrong axis, place, projection or argument
  running_sum_over_heads,
  epsilon_in_exponent,
  epsilon_added_to_sums,
  another_projection_for_keys,
  another_projection_in_pullback,
  tail_copied,
  queries_and_keys_swapped,
  output_with_heads_and_rows_swapped,
  output_with_sequences_and_heads_swapped,
  output_rows_reversed,
  gradients_of_keys_and_values_swapped,
  denominator_over_sequences,
  // one side, one array, one term
  epsilon_on_queries_only,
  epsilon_on_keys_only,
  epsilon_of_features_times_features,
  stabiliser_over_masked_keys,
  norm_gradient_left_out,
  masked_keys_alone_get_gradient,
  pullback_sums_rows_before,
  pullback_of_numerator_sums_rows_before,
};

/// The array that Fault::array_in_narrow_type rounds.
enum class KeptArray {
  inputs,  ///< queries, keys and values
  features,
  scores,
  state,                 ///< R and S, after each row
  state_between_slices,  ///< R and S, after each slice
  key_sum,               ///< S, after each row
  denominator,
};
/// The array of which Fault::columns_ignored ignores columns.
enum class ColumnsOf { queries, keys, values, features };

/// What some faults need to know besides their kind.
struct FaultDetail {
  KeptArray array = KeptArray::features;
  NarrowType type = NarrowType::next;
  ColumnsOf columns_of = ColumnsOf::values;
  Index block = 8;  ///< number of rows or columns
};

/// One fault, or two of them at once.
class Faults {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): one fault is the common case
  Faults(Fault one, Fault other = Fault::none) : one_(one), other_(other) {}
  Faults(Fault one, const FaultDetail& detail) : one_(one), detail_(detail) {}
  [[nodiscard]] bool has(Fault fault) const { return one_ == fault || other_ == fault; }
  [[nodiscard]] const FaultDetail& detail() const { return detail_; }
  [[nodiscard]] bool narrows(KeptArray array) const {
    return has(Fault::array_in_narrow_type) && detail_.array == array;
  }
  /// How many columns of this array are used; all of them without the fault.
  [[nodiscard]] Index columns_used(ColumnsOf array, Index all) const {
    const bool is_cut = has(Fault::columns_ignored) && detail_.columns_of == array;
    return is_cut && detail_.block < all ? detail_.block : all;
  }

 private:
  Fault one_;
  Fault other_ = Fault::none;
  FaultDetail detail_{};
};

/// Whether the fault belongs to a loop over slices: it shows if a sequence has several slices, or a
/// ragged one. Blocks of any length may be in place of the slices, so that a fault of single slices
/// does not belong here: in long blocks it would always show.
bool is_of_slices(const Faults& faults);

/// Whether the fault leaves out or multiplies the ε of features, and nothing else: it is then the
/// Whether the fault shows only under conventions beyond the paper's.
bool is_of_declared_conventions(const Faults& faults);
/// reference under other conventions.
bool changes_epsilons_of_features(const Faults& faults);
AttentionConventions with_epsilons_of(const Faults& faults, const AttentionInputs<double>& inputs);

/// Attention by its definition in plain loops, with these faults, in float, double and 50 digits.
AttentionFunctions faulty_attention(const Faults& faults);
/// The feature map of that attention.
FeaturesFunctions faulty_features(const Faults& faults);

}  // namespace slim::properties::mutants
