// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> state_mutants() {
  return mutants_of({
      {"last-row-of-slice-dropped", Fault::last_row_of_slice_dropped,
       "the last row of a slice is missing from the sums that later slices use",
       "a slice loop that uses the state before the last row as the state after it"},
      {"first-row-of-slice-dropped", Fault::first_row_of_slice_dropped,
       "the first row of a slice is missing from the sums that later slices use",
       "a slice loop whose sums start at the second row"},
      {"first-row-of-slice-stale", Fault::first_row_of_slice_stale,
       "the first row of a slice uses the state without its own key",
       "a slice loop that reads the state before updating it"},
      {"state-never-carried", Fault::state_never_carried, "every slice starts with an empty state",
       "slices folded into the batch"},
      {"state-of-one-slice-only", Fault::state_of_one_slice_only,
       "a slice attends only to itself and to the slice before it",
       "a state that is overwritten instead of accumulated"},
      {"slice-carried-twice", Fault::slice_carried_twice,
       "the slice before the current one counts twice",
       "a state that is updated both by the loop and by its body"},
      {"tail-zero", Fault::tail_zero, "the output of a ragged last slice is 0",
       "a number of slices that is rounded down"},
      {"tail-unwritten", Fault::tail_unwritten,
       "the output of a ragged last slice is never written",
       "a number of slices that is rounded down, with memory that is not cleared"},
      {"tail-copied", Fault::tail_copied,
       "the output of a ragged last slice is a copy of rows of the slice before",
       "a ragged last slice that is handled by going back a whole slice"},
      {"short-sequence-skipped", Fault::short_sequence_skipped,
       "the output of a sequence shorter than a slice is 0", "a loop over whole slices only"},
      {"state-not-reset-between-sequences", Fault::state_not_reset_between_sequences,
       "a sequence of the batch starts with the end state of the sequence before it",
       "a state that is an attribute of the module"},
      {"state-left-from-call-before", Fault::state_left_from_call_before,
       "a call starts with the end state of the call before it", "a cache that is never cleared"},
      {"start-ignored", Fault::start_ignored, "the start state is treated as 0",
       "an argument that is accepted and ignored"},
      {"start-added-twice", Fault::start_added_twice, "the start state counts twice",
       "a state that is added both by the caller and by the kernel"},
      {"start-without-key-sum", Fault::start_without_key_sum,
       "the key sum of the start state is treated as 0",
       "states without the key sum, which make a normalised continuation wrong"},
      {"end-without-key-sum", Fault::end_without_key_sum, "the key sum of the end state is 0",
       "states without the key sum"},
      {"end-without-start", Fault::end_without_start,
       "the end state does not include the start state", "kernels that return only their own sum"},
      {"end-without-last-row", Fault::end_without_last_row,
       "the end state does not include the last row",
       "an exclusive prefix sum in place of an inclusive one"},
      {"end-with-masked-keys", Fault::end_with_masked_keys, "the end state includes masked keys",
       "masks applied to the output only"},
      {"totals-of-own-slice-only", Fault::totals_of_own_slice_only,
       "in bidirectional attention, a row attends to its own slice only",
       "a causal slice loop that is reused without its first pass"},
  });
}

}  // namespace slim::properties::mutants
