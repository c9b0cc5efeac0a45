// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

void agrees_with_definition(AttentionCase& c, const Subject& subject, Scalar /*scalar*/,
                            AttentionJudge& judge) {
  constexpr std::array forward = {AttentionArray::out, AttentionArray::end};
  judge.compare_with_truth(subject, c.whole, forward);
}

}  // namespace

/// Output and end state are those of the definition.
///
/// Statement: with the weights W_ij = g(q_i)·g(k_j) of the keys that row i sees,
/// Y_i = (Σ_j W_ij v_j + R₀ g(q_i)) / (Σ_j W_ij + S₀·g(q_i) + ε), and the end state is
/// (R₀ + Σ v_j g(k_j)ᵀ, S₀ + Σ g(k_j)). Source: Katharopoulos et al. 2020, equation 4; SLiM
/// Performer, equation 5. Generator: attention_specs. Tolerance: the bands of AttentionEvidence;
/// for non-negative features the gauge of an output is Ã/D, with Ã the numerator on absolute
/// values, so |Ŷ − Y| ≤ γ_n Ã/D. Kills: faults in a weight, a denominator or a state.
Law attention_agrees() {
  return attention_law(
      {.name = "attention-agrees",
       .statement = "output and end state are those of attention with the masked weight matrix",
       .source = "Katharopoulos et al. 2020, equation 4; SLiM Performer, equation 5",
       .generator = attention_generator,
       .tolerance = "4 √n u of the gauge, n the longest path of roundings; SUSPECT up to γ_n",
       .kills = {"mutant/own-key-unseen", "mutant/own-slice-unseen", "mutant/normalised-by-feature",
                 "mutant/epsilon-clamped", "mutant/last-row-of-slice-dropped",
                 "mutant/first-row-of-slice-dropped", "mutant/tail-unwritten",
                 "mutant/queries-not-scaled", "mutant/mask-before-map",
                 "mutant/output-written-past-its-end", "mutant/output-written-before-its-beginning",
                 "mutant/work-space-written-past-its-end", "mutant/own-key-unseen-from-row-24",
                 "mutant/columns-beyond-8-of-values"},
       .draw = {},
       .load = {}},
      {.repair = with_all_digits_at_times,
       .fits = fits_always,
       .check = agrees_with_definition,
       .sizes = DesignedCases::all_forward});
}

}  // namespace slim::properties::laws
