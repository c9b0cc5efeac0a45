// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

std::string unless_pulled_back(const AttentionCase& /*c*/, const Subject& subject) {
  return subject.capabilities.pullback ? "" : "the pullback";
}

void pulls_back_the_definition(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                               AttentionJudge& judge) {
  constexpr std::array pulled = {AttentionArray::dq, AttentionArray::dk, AttentionArray::dv,
                                 AttentionArray::start_gradient};
  judge.compare_with_truth(subject, c.whole, pulled);
}

}  // namespace

/// The pullback is the gradient of the definition.
///
/// Statement: with Φ = ⟨dY, Y⟩ + ⟨G, end state⟩, the answer is ∂Φ in q, k, v and the start state,
/// through numerator and denominator. Source: SLiM Performer, appendix; the chain rule on the
/// definition. Generator: attention_specs. Tolerance: the bands of AttentionEvidence, in which the
/// gauge of dD = −Y·dY/D is that of |Y| times |dY|/D, and n = 3F + 2D_v + 2f + L + M + 16. Kills:
/// missing gradients of the denominator, state cotangents lost between slices.
Law pullback_agrees() {
  return attention_law(
      {.name = "pullback-agrees",
       .statement = "d.q, d.k, d.v and the start state's gradient are those of the definition",
       .source = "the chain rule on the definition; SLiM Performer, appendix",
       .generator = attention_generator,
       .tolerance = "4 √n u of the gauge, n the longest path of roundings; SUSPECT up to γ_n",
       .kills = {"mutant/no-denominator-gradient-for-keys",
                 "mutant/no-denominator-gradient-for-queries", "mutant/carried-gradient-lost",
                 "mutant/boundary-row-counted-twice", "mutant/carried-gradient-without-first-row",
                 "mutant/carried-gradient-without-last-row", "mutant/start-gradient-missing",
                 "mutant/start-gradient-in-low-precision", "mutant/masked-keys-get-gradient",
                 "mutant/another-projection-in-pullback",
                 "mutant/gradients-of-keys-and-values-swapped"},
       .draw = {},
       .load = {}},
      {.repair = with_all_digits_at_times,
       .fits = fits_always,
       .check = pulls_back_the_definition,
       .beyond_claims = unless_pulled_back,
       .sizes = DesignedCases::all});
}

}  // namespace slim::properties::laws
