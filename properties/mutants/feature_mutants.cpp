// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> feature_mutants() {
  return mutants_of({
      {"queries-not-scaled", Fault::queries_not_scaled, "queries are not scaled by d^(-1/4)",
       "a scale that is applied on one side only"},
      {"keys-scaled-twice", Fault::keys_scaled_twice,
       "keys are scaled by d^(-1/2) in place of d^(-1/4)",
       "a scale that is applied both by the caller and by the map"},
      {"neither-scaled", Fault::neither_scaled, "neither queries nor keys are scaled by d^(-1/4)",
       "a port of the unscaled kernel"},
      {"scale-in-float32", Fault::scale_in_float32,
       "the factor of inputs (d^(-1/4)), or of outputs without normaliser, is rounded to float32, "
       "or in a float32 call to 16 bits",
       "a float32 constant in a float64 call"},
      {"scale-kept-from-first-call", Fault::scale_kept_from_first_call,
       "the factor of inputs (d^(-1/4)), or of outputs without normaliser, is that of the first "
       "call, whatever the width of later ones",
       "a scale that is computed once and kept"},
      {"norm-of-unscaled-input", Fault::norm_of_unscaled_input,
       "|x|²/2 is computed from the unscaled input", "ports of FAVOR+"},
      {"norm-left-out", Fault::norm_left_out, "|x|²/2 is missing in the exponent",
       "ports of FAVOR+"},
      {"projection-shared-by-heads", Fault::projection_shared_by_heads,
       "every head uses the projection of the first head",
       "one projection per layer in place of one per head"},
      {"another-projection-for-keys", Fault::another_projection_for_keys,
       "keys use the projection with the opposite sign",
       "projections drawn separately for queries and keys"},
      {"root-features-on-queries-only", Fault::root_features_on_queries_only,
       "1/√M is applied only to the features of queries", "ports of FAVOR+"},
      {"elu-without-one", Fault::elu_without_one,
       "1 is not added to ELU, so that features are negative", "ports of linear transformers"},
      {"exponential-in-two-factors", Fault::exponential_in_two_factors,
       "exp(x·ω) and exp(−|x|²/2) are computed separately, and the first overflows",
       "exponentials without a stabiliser, which give NaN where the correct result is finite"},
      {"elu-slope-of-both-branches", Fault::elu_slope_of_both_branches,
       "the derivative of ELU includes 0 · exp(x) for large x, where exp(x) is infinite",
       "gradients through both branches of a selection, such as torch.where"},
      {"features-clipped", Fault::features_clipped, "features are clipped to at most 1e7",
       "clipping against overflow"},
      {"features-flushed", Fault::features_flushed, "features below 1e-18 are set to 0",
       "thresholds against noise"},
      {"exponent-floored", Fault::exponent_floored,
       "exponents of features are clipped to at least -30", "protection against underflow"},
      {"first-block-repeated", Fault::first_block_repeated,
       "every block of features uses the projection of the first block",
       "one orthogonal block that is tiled to the number of features"},
  });
}

}  // namespace slim::properties::mutants
