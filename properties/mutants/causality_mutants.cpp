// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> causality_mutants() {
  return mutants_of({
      {"own-key-unseen", Fault::own_key_unseen, "row i attends to keys j < i, without its own key",
       "a mask made with a strict comparison"},
      {"first-key-unseen", Fault::first_key_unseen, "no row attends to the first key of a sequence",
       "a loop over keys that starts at 1"},
      {"next-key-seen", Fault::next_key_seen, "row i attends to keys j ≤ i + 1",
       "a mask shifted by one, as for targets"},
      {"own-slice-unseen", Fault::own_slice_unseen,
       "a row attends to earlier slices, but to no key of its own slice",
       "a bucketed scheme that leaves out its own bucket"},
      {"own-slice-whole", Fault::own_slice_whole,
       "a row attends to its whole slice, including later rows",
       "a missing triangular mask in the product inside a slice"},
      {"causal-flag-dropped", Fault::causal_flag_dropped,
       "causal attention is computed bidirectionally",
       "a flag that an outer wrapper drops, or a misspelt flag that is not refused"},
      {"always-causal", Fault::always_causal, "bidirectional attention is computed causally",
       "an option that is accepted and ignored"},
      {"running-mean-of-channels", Fault::running_mean_of_channels,
       "the output is the running mean of v over channels",
       "a running sum over the wrong axis (once unnoticed for three years, under a test tolerance "
       "of 0.6)"},
      {"running-sum-over-heads", Fault::running_sum_over_heads,
       "a row attends to the same row of the heads up to its own head, and to no other row",
       "a running sum over the axis of heads"},
      {"prefix-by-subtraction", Fault::prefix_by_subtraction,
       "a prefix sum is the next one minus its last term, (x₀ + x₁) − x₁",
       "tree sums with subtraction, in which a huge later row destroys an earlier one"},
      {"total-less-future", Fault::total_less_future,
       "a prefix sum is the total minus the sum of later terms",
       "reversed running sums that are converted to prefix sums"},
      {"stabiliser-over-length", Fault::stabiliser_over_length,
       "keys are stabilised by the largest projection of all rows, and 1e-6 is added to their "
       "features",
       "fast attention in JAX, in which the last key changes earlier outputs"},
  });
}

}  // namespace slim::properties::mutants
