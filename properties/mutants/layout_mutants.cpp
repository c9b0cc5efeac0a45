// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> layout_mutants() {
  return mutants_of({
      {"rows-read-as-contiguous", Fault::rows_read_as_contiguous,
       "queries, keys and values are read as contiguous, whatever their strides",
       "kernels that take only a pointer and sizes"},
      {"last-axis-read-as-contiguous", Fault::last_axis_read_as_contiguous,
       "the columns of queries, keys, values and cotangents are read as neighbours, whatever their "
       "stride",
       "kernels that take the strides of all axes but the last"},
      {"heads-and-rows-swapped", Fault::heads_and_rows_swapped,
       "arrays [B, H, L, ·] are read as [B, L, H, ·]", "another layout than documented"},
      {"queries-and-keys-swapped", Fault::queries_and_keys_swapped,
       "the first argument is used as keys and the second as queries",
       "another order of arguments than documented"},
      {"output-heads-and-rows-swapped", Fault::output_with_heads_and_rows_swapped,
       "the output is written as [B, L, H, ·] in place of [B, H, L, ·]",
       "a reshape in place of a transposition"},
      {"output-sequences-and-heads-swapped", Fault::output_with_sequences_and_heads_swapped,
       "the output is written as [H, B, L, ·] in place of [B, H, L, ·]",
       "heads folded into the batch and unfolded in another order"},
      {"output-rows-reversed", Fault::output_rows_reversed,
       "the rows of the output are in reverse order",
       "a sequence that is flipped and not flipped back"},
      {"first-sequence-for-all", Fault::first_sequence_for_all,
       "every sequence of a batch gets the result of the first", "an index without the batch"},
      {"mask-ignored", Fault::mask_ignored, "masked keys are not excluded",
       "an option that is accepted and ignored"},
      {"mask-ignored-with-start", Fault::mask_ignored_with_start,
       "masked keys are not excluded if there is a start state",
       "a second path for continued sequences"},
      {"mask-of-first-sequence", Fault::mask_of_first_sequence,
       "the mask of the first sequence is used for all sequences",
       "a mask broadcast along the wrong axis"},
      {"mask-zeroes-values-only", Fault::mask_zeroes_values_only,
       "the values of masked keys are set to 0, and their weights stay in the denominator",
       "padding masks that multiply only v"},
      {"mask-before-map", Fault::mask_before_map,
       "masked keys and values are set to 0 before the feature map, so that g(0) remains in the "
       "denominator",
       "masks applied before an ELU + 1 map, where g(0) = 1"},
      {"mask-on-queries", Fault::mask_on_queries, "the mask of keys is applied to queries, too",
       "one mask for both sides"},
      {"width-of-keys-for-values", Fault::width_of_keys_for_values,
       "columns of v beyond the width of keys are treated as 0", "D used in place of D_v"},
      {"mask-by-multiplication", Fault::mask_by_multiplication,
       "weights of later keys are multiplied by 0, so that their NaN and ∞ reach earlier rows",
       "masked products of blocks in code that declares to isolate non-finite values"},
      {"output-written-past-its-end", Fault::output_written_past_its_end,
       "a byte is written just after the last entry of the output",
       "kernels whose last block is not clipped to the sequence"},
      {"output-written-before-its-beginning", Fault::output_written_before_its_beginning,
       "a byte is written just before the first entry of the output",
       "loops that update row l - 1, starting at l = 0"},
      {"work-space-written-past-its-end", Fault::work_space_written_past_its_end,
       "a byte is written just after the last entry of a work array",
       "buffers of L rows where L + 1 are needed"},
  });
}

}  // namespace slim::properties::mutants
