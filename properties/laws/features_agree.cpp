#include "properties/laws/features_agree.hpp"

#include "properties/laws/attention_law.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_a_map(AttentionSpec spec) {
  spec.features_given = false;
  return spec;
}

std::string has_a_map(const AttentionCase& c) {
  return c.given().features_given ? "it has a feature map" : "";
}

void has_the_maps_features(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                           AttentionJudge& judge) {
  for (const bool is_query : {true, false}) {
    judge.compare_features_with_truth(subject, c.whole, is_query);
  }
}

}  // namespace

Law features_agree() {
  return attention_law(
      {.name = "features-agree",
       .statement = "g(q) and g(k) are the feature map's",
       .source = "SLiM Performer, section 2; Choromanski et al. 2021, lemma 1",
       .generator = "as attention-agrees, features not given",
       .tolerance = "n u of the gauge, n = 3 elementwise and D + 12 for FAVOR+",
       .kills = {"mutant/queries-not-scaled", "mutant/keys-scaled-twice",
                 "mutant/norm-of-unscaled-input", "mutant/elu-without-one",
                 "mutant/root-features-on-queries-only", "mutant/epsilon-in-exponent",
                 "mutant/another-projection-for-keys"},
       .draw = {},
       .load = {}},
      {.repair = with_a_map,
       .fits = has_a_map,
       .check = has_the_maps_features,
       .asks_features = true,
       .sizes = AttentionLawParts::Sizes::all});
}

}  // namespace slim::properties::laws
