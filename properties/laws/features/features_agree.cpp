// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_a_map(AttentionSpec spec) {
  spec.features_given = false;
  return spec;
}

std::string has_a_map(const AttentionCase& c) {
  return c.given().features_given ? "it must have a feature map" : "";
}

void has_the_maps_features(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                           AttentionJudge& judge) {
  for (const bool is_query : {true, false}) {
    judge.compare_features_with_truth(subject, c.whole, is_query);
  }
}

}  // namespace

/// Features are those of the feature map.
///
/// Statement: g(x) is x², max(x, 0), ELU(x) + 1, |x|, or for FAVOR+ exp(x̃·ω_m − |x̃|²/2) with
/// x̃ = d^(-1/4) x, of queries and of keys. Source: SLiM Performer, section 2; Choromanski et al.
/// 2021, lemma 1. Generator: attention_specs with a map. Tolerance: n u of the gauge, n the
/// roundings of a feature: 3 for elementwise maps, D + 12 for FAVOR+ (a dot product, a squared
/// norm, a scale, exp), whose gauge is exp(a) (1 + gauge a); plus the smallest subnormal. Kills: a
/// scale that is missing or squared on one side, a norm of the unscaled input, projections shared
/// or redrawn.
Law features_agree() {
  return attention_law(
      {.name = "features-agree",
       .statement = "g(q) and g(k) are the features of the feature map",
       .source = "SLiM Performer, section 2; Choromanski et al. 2021, lemma 1",
       .generator = "as attention-agrees, features not given",
       .tolerance = "n u of the gauge, n = 3 for elementwise maps and D + 12 for FAVOR+",
       .kills = {"mutant/queries-not-scaled", "mutant/keys-scaled-twice",
                 "mutant/norm-of-unscaled-input", "mutant/elu-without-one",
                 "mutant/root-features-on-queries-only", "mutant/epsilon-in-exponent",
                 "mutant/another-projection-for-keys"},
       .draw = {},
       .load = {}},
      {.repair = with_a_map,
       .fits = has_a_map,
       .check = has_the_maps_features,
       .unusable = [](AttentionCase& c,
                      Scalar scalar) { return c.whole.unusable_features(scalar); },
       .asks_features = true,
       .sizes = DesignedCases::all});
}

}  // namespace slim::properties::laws
