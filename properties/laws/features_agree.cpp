#include "properties/laws/features_agree.hpp"

#include "properties/laws/attention_law.hpp"
#include "reference/attention.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_a_map(AttentionSpec spec) {
  spec.features_given = false;
  return spec;
}

std::string has_a_map(const AttentionCase& c) {
  return c.given().features_given ? "it has a feature map" : "";
}

template <class T>
FeaturesInputs<T> features_asked(const AttentionInputs<T>& inputs, bool is_query) {
  return {.x = is_query ? inputs.q : inputs.k,
          .feature_map = inputs.feature_map,
          .omega = inputs.omega,
          .is_query = is_query,
          .conventions = inputs.conventions};
}

void has_the_maps_features(AttentionCase& c, const Subject& subject, Scalar scalar,
                           AttentionJudge& judge) {
  for (const bool is_query : {true, false}) {
    const Heads<Digits50> answer = ask(subject, scalar, features_asked(c.given(), is_query));
    using Gauge = reference::Gauged<Digits50>;
    FeaturesResult<Gauge> truth;
    reference::features(features_asked(converted<Gauge>(c.whole.exact(scalar)), is_query).task(),
                        truth);
    Heads<Digits50> wanted(truth.out.sizes(), MemoryTag::result);
    for (std::size_t i = 0; i < wanted.values().size(); ++i) {
      wanted.values()[i] = truth.out.values()[i].value();
    }
    judge.hold(is_query ? "g(q)" : "g(k)", answer, wanted, [&](std::size_t place) {
      return c.whole.features_band(scalar, truth.out.values()[place]);
    });
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
       .asks_features = true});
}

}  // namespace slim::properties::laws
