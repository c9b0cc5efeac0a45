#include "properties/laws/pullback_agrees.hpp"

#include "properties/laws/attention_law.hpp"

namespace slim::properties::laws {
namespace {

std::string unless_pulled_back(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.capabilities.pullback ? "" : "does not claim the pullback";
}

void pulls_back_the_definition(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                               AttentionJudge& judge) {
  constexpr std::array pulled = {AttentionArray::dq, AttentionArray::dk, AttentionArray::dv,
                                 AttentionArray::start_gradient};
  judge.compare_with_truth(subject, c.whole, pulled);
}

}  // namespace

Law pullback_agrees() {
  return attention_law(
      {.name = "pullback-agrees",
       .statement = "d.q, d.k, d.v and the start state's gradient are those of the definition",
       .source = "the chain rule on the definition; SLiM Performer, appendix",
       .generator = attention_generator,
       .tolerance = "4 √n u of the gauge, n the longest path of roundings; SUSPECT to γ_n",
       .kills = {"mutant/no-denominator-gradient-for-keys",
                 "mutant/no-denominator-gradient-for-queries", "mutant/carried-gradient-lost",
                 "mutant/boundary-row-counted-twice", "mutant/carried-gradient-without-first-row",
                 "mutant/carried-gradient-without-last-row", "mutant/start-gradient-missing",
                 "mutant/start-gradient-in-low-precision", "mutant/masked-keys-get-gradient",
                 "mutant/another-projection-in-pullback",
                 "mutant/gradients-of-keys-and-values-swapped"},
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = pulls_back_the_definition,
       .beyond_claims = unless_pulled_back,
       .sizes = AttentionLawParts::Sizes::all});
}

}  // namespace slim::properties::laws
