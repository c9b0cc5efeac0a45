// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> normalisation_mutants() {
  return mutants_of({
      {"not-normalised", Fault::not_normalised, "the output is the numerator, without division",
       "a denominator that one code path does not apply"},
      {"normalised-all-the-same", Fault::normalised_all_the_same,
       "the output is divided by the sum of weights although no normaliser is declared",
       "an option for unnormalised attention that one code path ignores"},
      {"normalised-by-count", Fault::normalised_by_count,
       "the numerator is divided by the number of keys",
       "attention without softmax that averages over keys"},
      {"normalised-by-total", Fault::normalised_by_total,
       "causal numerators are divided by the sum over all keys",
       "a denominator that is computed once, bidirectionally"},
      {"normalised-by-feature", Fault::normalised_by_feature,
       "each feature is divided by its own denominator before the sum over features",
       "a division moved before the contraction"},
      {"normalised-twice", Fault::normalised_twice,
       "the output is divided by the denominator twice",
       "keys that are normalised first, and an output that is normalised again"},
      {"scaled-after-normalising", Fault::scaled_after_normalising,
       "the normalised output is scaled by an extra factor 1/√D",
       "an extra scale after normalised queries and keys"},
      {"epsilon-of-a-millionth", Fault::epsilon_of_a_millionth, "the ε of the denominator is 1e-6",
       "a library with a fixed ε"},
      {"epsilon-in-feature", Fault::epsilon_in_feature, "1e-3 is added to every feature",
       "fast attention in JAX and its descendants"},
      {"epsilon-in-exponent", Fault::epsilon_in_exponent,
       "1e-3 is added to every exponent, which nearly cancels", "fast attention in PyTorch"},
      {"epsilon-added-to-sums", Fault::epsilon_added_to_sums,
       "ε is added to every entry of S in place of the denominator",
       "libraries that add ε to the sum of keys"},
      {"epsilon-clamped", Fault::epsilon_clamped, "the denominator is max(D, ε) in place of D + ε",
       "libraries that clamp the denominator"},
      {"epsilon-when-small", Fault::epsilon_when_small,
       "2ε is added to a denominator of at most ε, and nothing to larger ones",
       "released TensorFlow code"},
      {"no-epsilon", Fault::no_epsilon, "the denominator has no ε, so that 0/0 gives NaN",
       "code that was never run on vanishing features"},
      {"sums-below-epsilon-answered-with-zero", Fault::sums_below_epsilon_answered_with_zero,
       "the output is 0 where the sum of weights is below ε",
       "a guard against 0/0 with too high a threshold, so that moderate norms give 0"},
      {"stabiliser-of-each-key", Fault::stabiliser_of_each_key,
       "each key is stabilised by its own largest projection, which does not cancel",
       "a stabiliser over the feature axis for keys as for queries"},
  });
}

}  // namespace slim::properties::mutants
