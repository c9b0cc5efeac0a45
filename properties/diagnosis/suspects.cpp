#include "properties/diagnosis/suspects.hpp"

#include "properties/mutants/attention_in_model.hpp"
#include "properties/mutants/catalogue.hpp"

namespace slim::properties {
namespace {

std::vector<Suspect> all_mutants_as_suspects() {
  std::vector<Suspect> suspects;
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    suspects.push_back({.name = mutant.name,
                        .story = mutant.story,
                        .seen = mutant.seen,
                        .in_a_model = !mutant.gradient.offers_any(),
                        .gradient = mutant.gradient.offers_any()
                                        ? mutant.gradient
                                        : mutants::in_a_model(mutant.attention),
                        .attention = mutant.attention,
                        .features = mutant.features,
                        .projection = mutant.projection});
  }
  return suspects;
}

}  // namespace

std::span<const Suspect> mutant_suspects() {
  static const std::vector<Suspect> all = all_mutants_as_suspects();
  return all;
}

Subject in_the_clothes_of(const Subject& subject, const Suspect& suspect) {
  Subject clothed = subject;
  clothed.gradient = subject.gradient.offers_any() ? suspect.gradient : GradientFunctions();
  clothed.attention = subject.attention.offers_any() ? suspect.attention : AttentionFunctions();
  clothed.features = subject.features.offers_any() ? suspect.features : FeaturesFunctions();
  clothed.projection = subject.projection ? suspect.projection : ProjectionDraw();
  return clothed;
}

}  // namespace slim::properties
