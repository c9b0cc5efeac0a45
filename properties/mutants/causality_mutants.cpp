#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> causality_mutants() {
  return mutants_of({
      {"own-key-unseen", Fault::own_key_unseen, "row i sees keys j < i and not its own",
       "masks made with a strict comparison"},
      {"first-key-unseen", Fault::first_key_unseen, "the first key of a sequence is never seen",
       "loops over keys that begin at 1"},
      {"next-key-seen", Fault::next_key_seen, "row i sees keys j ≤ i + 1",
       "masks shifted by one, as for targets"},
      {"own-slice-unseen", Fault::own_slice_unseen,
       "a row sees the slices before its own and nothing of its own",
       "a bucketed scheme whose own bucket is never attended"},
      {"own-slice-whole", Fault::own_slice_whole, "a row sees its whole slice, later rows included",
       "the triangular mask forgotten in the product inside a slice"},
      {"causal-flag-dropped", Fault::causal_flag_dropped,
       "causal attention is answered in both directions",
       "a flag dropped by an outer wrapper, or misspelt and not refused"},
      {"always-causal", Fault::always_causal, "attention in both directions is answered causally",
       "an option that is accepted and ignored"},
      {"running-mean-of-channels", Fault::running_mean_of_channels,
       "the output is the running mean of v over channels",
       "a running sum over the wrong axis, for three years under a test that allowed an error of "
       "0.6"},
      {"running-sum-over-heads", Fault::running_sum_over_heads,
       "a row sees the same row of the heads up to its own, and no other row",
       "a running sum over the axis of heads"},
      {"prefix-by-subtraction", Fault::prefix_by_subtraction,
       "a prefix sum is the next one less its last term, (x₀ + x₁) − x₁",
       "tree sums with subtraction: a huge later row destroys an earlier one"},
      {"total-less-future", Fault::total_less_future,
       "a prefix sum is the total less the sum of what comes later",
       "reversed running sums turned into prefixes"},
      {"stabiliser-over-length", Fault::stabiliser_over_length,
       "keys are stabilised by the largest projection of all rows, with 1e-6 inside the feature",
       "fast attention in JAX: the last key moves earlier outputs"},
  });
}

}  // namespace slim::properties::mutants
