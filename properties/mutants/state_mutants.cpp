#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> state_mutants() {
  return mutants_of({
      {"last-row-of-slice-dropped", Fault::last_row_of_slice_dropped,
       "the last row of a slice is missing from the sums that later slices see",
       "slice loops that take the state before the last row as the state after it"},
      {"first-row-of-slice-stale", Fault::first_row_of_slice_stale,
       "the first row of a slice sees the state before its own key",
       "slice loops that read the state before they update it"},
      {"state-never-carried", Fault::state_never_carried, "every slice begins with nothing",
       "slices folded into the batch"},
      {"state-of-one-slice-only", Fault::state_of_one_slice_only,
       "a slice sees itself and the one before it",
       "a state that is overwritten in place of added to"},
      {"slice-carried-twice", Fault::slice_carried_twice, "the slice before one's own counts twice",
       "a state updated by the loop and again by its body"},
      {"tail-zero", Fault::tail_zero, "the output of a ragged last slice is 0",
       "slice counts rounded down"},
      {"tail-unwritten", Fault::tail_unwritten,
       "the output of a ragged last slice is never written",
       "slice counts rounded down, into memory that is not cleared"},
      {"tail-copied", Fault::tail_copied,
       "the output of a ragged last slice is a copy of rows of the slice before",
       "last slices padded by going back a whole one"},
      {"short-sequence-skipped", Fault::short_sequence_skipped,
       "a sequence shorter than a slice is answered with 0", "a loop over whole slices only"},
      {"state-not-reset-between-sequences", Fault::state_not_reset_between_sequences,
       "a sequence of the batch begins with the end of the one before",
       "a state that is an attribute of the module"},
      {"state-left-from-call-before", Fault::state_left_from_call_before,
       "a call begins with the end of the call before", "a cache that is never cleared"},
      {"start-ignored", Fault::start_ignored, "the start state is taken for 0",
       "an argument that is accepted and ignored"},
      {"start-added-twice", Fault::start_added_twice, "the start state counts twice",
       "a state added by the caller and by the kernel"},
      {"start-without-key-sum", Fault::start_without_key_sum,
       "the start state's key sum is taken for 0",
       "states without the key sum: a normalised continuation is wrong"},
      {"end-without-key-sum", Fault::end_without_key_sum, "the end state's key sum is 0",
       "states without the key sum"},
      {"end-without-start", Fault::end_without_start, "the end state is that of these rows alone",
       "kernels that return their own sum"},
      {"end-without-last-row", Fault::end_without_last_row, "the end state lacks the last row",
       "an exclusive prefix sum taken for an inclusive one"},
      {"end-with-masked-keys", Fault::end_with_masked_keys, "masked keys are part of the end state",
       "masks applied to the output only"},
      {"totals-of-own-slice-only", Fault::totals_of_own_slice_only,
       "in both directions a row sees the keys of its own slice only",
       "a causal slice loop reused without its first pass"},
  });
}

}  // namespace slim::properties::mutants
