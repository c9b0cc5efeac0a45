#include "properties/laws/attention_agrees.hpp"

#include "properties/laws/attention_law.hpp"

namespace slim::properties::laws {
namespace {

void agrees_with_definition(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                            AttentionJudge& judge) {
  constexpr std::array forward = {AttentionArray::out, AttentionArray::end};
  judge.compare_with_truth(subject, c.whole, forward);
}

}  // namespace

Law attention_agrees() {
  return attention_law(
      {.name = "attention-agrees",
       .statement = "output and end state are those of the masked matrix of weights",
       .source = "Katharopoulos et al. 2020, equation 4; SLiM Performer, equation 5",
       .generator = attention_generator,
       .tolerance = "4 √n u of the gauge, n the longest path of roundings; SUSPECT to γ_n",
       .kills = {"mutant/own-key-unseen", "mutant/own-slice-unseen", "mutant/normalised-by-feature",
                 "mutant/epsilon-clamped", "mutant/last-row-of-slice-dropped",
                 "mutant/first-row-of-slice-dropped", "mutant/tail-unwritten",
                 "mutant/queries-not-scaled", "mutant/mask-before-map",
                 "mutant/output-written-past-its-end", "mutant/output-written-before-its-beginning",
                 "mutant/work-space-written-past-its-end", "mutant/own-key-unseen-from-row-24",
                 "mutant/values-beyond-eight-columns-dropped"},
       .draw = {},
       .load = {}},
      {.repair = as_drawn,
       .fits = fits_always,
       .check = agrees_with_definition,
       .sizes = AttentionLawParts::Sizes::all_forward});
}

}  // namespace slim::properties::laws
