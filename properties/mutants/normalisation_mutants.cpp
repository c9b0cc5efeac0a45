#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> normalisation_mutants() {
  return mutants_of({
      {"not-normalised", Fault::not_normalised, "the numerator is answered, undivided",
       "a denominator that one code path never applies"},
      {"normalised-by-count", Fault::normalised_by_count,
       "the numerator is divided by the number of keys", "attention without softmax, averaged"},
      {"normalised-by-total", Fault::normalised_by_total,
       "causal numerators are divided by the sum over all keys",
       "a denominator that is computed once, in both directions"},
      {"normalised-by-feature", Fault::normalised_by_feature,
       "each feature is divided before the features are added up",
       "a division moved in front of the contraction"},
      {"normalised-twice", Fault::normalised_twice,
       "the output is divided by the denominator twice",
       "keys normalised first, and the output again"},
      {"scaled-after-normalising", Fault::scaled_after_normalising,
       "the normalised output is scaled by 1/√D once more",
       "an extra scale after normalised queries and keys"},
      {"epsilon-of-a-millionth", Fault::epsilon_of_a_millionth,
       "the epsilon of the denominator is 1e-6", "libraries whose epsilon is fixed"},
      {"epsilon-in-feature", Fault::epsilon_in_feature, "every feature has 1e-3 added",
       "fast attention in JAX and its descendants"},
      {"epsilon-in-exponent", Fault::epsilon_in_exponent,
       "1e-3 is added to every exponent, which nearly cancels", "fast attention in PyTorch"},
      {"epsilon-added-to-sums", Fault::epsilon_added_to_sums,
       "ε is added to every entry of S, in place of the denominator",
       "libraries that add it to the sum of keys"},
      {"epsilon-clamped", Fault::epsilon_clamped, "the denominator is max(D, ε) in place of D + ε",
       "libraries that clamp"},
      {"epsilon-when-small", Fault::epsilon_when_small,
       "2ε is added to a denominator of at most ε, and nothing to others",
       "released TensorFlow code"},
      {"no-epsilon", Fault::no_epsilon,
       "the denominator has no epsilon, so that 0/0 is not a number",
       "code never run on features that vanish"},
      {"sums-below-epsilon-answered-with-zero", Fault::sums_below_epsilon_answered_with_zero,
       "the output is 0 where the sum of weights is below ε",
       "guards against 0/0 that come too early: moderate norms get silence"},
      {"stabiliser-of-each-key", Fault::stabiliser_of_each_key,
       "each key is stabilised by its own largest projection, which does not cancel",
       "a stabiliser over the feature axis on both sides"},
  });
}

}  // namespace slim::properties::mutants
