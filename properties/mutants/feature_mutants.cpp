#include "properties/mutants/attention_mutant_rows.hpp"
#include "properties/mutants/attention_mutants.hpp"

namespace slim::properties::mutants {

std::vector<Mutant> feature_mutants() {
  return mutants_of({
      {"queries-not-scaled", Fault::queries_not_scaled, "d^(-1/4) is missing on queries",
       "a scale applied on one side"},
      {"keys-scaled-twice", Fault::keys_scaled_twice, "keys are scaled by d^(-1/2)",
       "a scale applied by the caller and by the map"},
      {"neither-scaled", Fault::neither_scaled, "d^(-1/4) is missing on both sides",
       "a port of the unscaled kernel"},
      {"norm-of-unscaled-input", Fault::norm_of_unscaled_input,
       "|x|²/2 is of the input before it is scaled", "ports of FAVOR+"},
      {"norm-left-out", Fault::norm_left_out, "|x|²/2 is missing in the exponent",
       "ports of FAVOR+"},
      {"projection-shared-by-heads", Fault::projection_shared_by_heads,
       "every head has the first head's projection",
       "one projection a layer where heads should differ"},
      {"another-projection-for-keys", Fault::another_projection_for_keys,
       "keys have the projection with another sign", "features drawn by each side for itself"},
      {"root-features-on-queries-only", Fault::root_features_on_queries_only,
       "1/√M is on the queries' features only", "ports of FAVOR+"},
      {"elu-without-one", Fault::elu_without_one,
       "ELU has no 1 added, so that features are negative", "ports of linear transformers"},
      {"exponential-in-two-factors", Fault::exponential_in_two_factors,
       "exp(x·ω) and exp(−|x|²/2) are formed apart, and the first overflows",
       "exponentials without a stabiliser: NaN where the truth is finite"},
      {"elu-slope-of-both-branches", Fault::elu_slope_of_both_branches,
       "ELU's slope adds 0 · exp(x) for large x, where exp(x) is infinite",
       "gradients through both branches of a selection"},
      {"features-clipped", Fault::features_clipped, "features are at most 1e7",
       "activations clipped against overflow"},
      {"features-flushed", Fault::features_flushed, "features below 1e-18 are 0",
       "thresholds against noise"},
      {"exponent-floored", Fault::exponent_floored, "exponents of features are at least -30",
       "exponentials kept from underflow"},
      {"first-block-repeated", Fault::first_block_repeated,
       "every block of features has the first block's projection",
       "one orthogonal block drawn, and tiled to the number of features"},
  });
}

}  // namespace slim::properties::mutants
