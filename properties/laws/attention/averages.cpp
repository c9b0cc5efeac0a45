// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

AttentionInputs<double> with_values_of_one(AttentionInputs<double> inputs) {
  for (double& x : inputs.v.values()) x = 1.0;
  for (Index b = 0; b < inputs.start.sizes().batch; ++b) {
    for (Index h = 0; h < inputs.start.sizes().heads; ++h) {
      auto RS = inputs.start(b, h);
      RS.topRows(RS.rows() - 1).rowwise() = RS.row(RS.rows() - 1).eval();
    }
  }
  return inputs;
}

void averages_values(AttentionCase& c, const Subject& subject, Scalar scalar,
                     AttentionJudge& judge) {
  AttentionEvidence& ones = c.other(0, [&] { return with_values_of_one(c.given()); });
  constexpr std::array output = {AttentionArray::out};
  judge.hold_to_truth(ask(subject, scalar, ones.given()), ones, output);
}

}  // namespace

/// Attention averages: if all values are 1, the output is 1, except for epsilon.
///
/// Statement: with v = 1 and a start state R₀ whose rows are S₀, Y = D/(D + ε), D = S·g(Q).
/// Source: the weights of a row add up to 1. Generator: attention_specs, whose entries range from
/// those with D about ε to 1e3, so that place and size of ε show. Tolerance: the bands of
/// attention_agrees on this case; the gauge of Y is at most 1, so PASS is 4 √n u. Kills: a
/// denominator that is missing, applied twice, or has another epsilon.
Law averages() {
  return attention_law({.name = "averages",
                        .statement = "v = 1 gives D/(D + ε)",
                        .source = "the weights of a row add up to 1",
                        .generator = "as attention-agrees, all values 1",
                        .tolerance = "4 √n u, since the gauge is at most 1; SUSPECT up to γ_n",
                        .kills = {"mutant/not-normalised", "mutant/normalised-by-total",
                                  "mutant/epsilon-of-a-millionth", "mutant/epsilon-clamped",
                                  "mutant/mask-zeroes-values-only"},
                        .draw = {},
                        .load = {}},
                       {.repair = as_drawn, .fits = has_a_normaliser, .check = averages_values});
}

}  // namespace slim::properties::laws
