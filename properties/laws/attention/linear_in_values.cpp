// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec no_start_state(AttentionSpec spec) {
  spec.has_start = false;
  return spec;
}

std::string starts_with_nothing(const AttentionCase& c) {
  return c.given().start.empty() ? "" : "it must have no start state";
}

/// Values a v + b w.
AttentionInputs<double> with_values(AttentionInputs<double> inputs, double a, double b) {
  const Random v(1, stream_named("values"));
  const Random w(2, stream_named("values"));
  std::uint64_t place = 0;
  const auto quarters = [&](const Random& random) {
    return (static_cast<double>(random.below(33, place)) - 16.0) / 4.0;
  };
  for (double& x : inputs.v.values()) {
    x = a * quarters(v) + b * quarters(w);
    ++place;
  }
  return inputs;
}

void is_linear(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  hold_to_sum(c, subject, scalar, judge, with_values);
}

}  // namespace

/// Attention is linear in its values.
///
/// Statement: Y(2 v + w) = 2 Y(v) + Y(w), with R₀ = 0. Source: Y_i = Σ_j W_ij v_j / D_i. Uses no
/// reference. Generator: attention_specs without a start state, v and w multiples of 1/4 up to 4,
/// so that 2 v + w is exact in every scalar. Tolerance: each of the three outputs may be off by its
/// own bands, hence 2 b(v) + b(w) + b(2 v + w). Kills: outputs that are not linear: a state from
/// another call, a mask or a map on values.
Law linear_in_values() {
  return attention_law(
      {.name = "linear-in-values",
       .statement = "Y(2 v + w) = 2 Y(v) + Y(w)",
       .source = "Y_i = Σ_j W_ij v_j / D_i",
       .generator = "as attention-agrees, without a start state, v and w multiples of 1/4",
       .tolerance = "the sum of the bands of the three outputs",
       .kills = {"mutant/state-left-from-call-before", "mutant/projection-redrawn-at-each-call"},
       .one_in_digits50 = 3,
       .draw = {},
       .load = {}},
      {.repair = no_start_state, .fits = starts_with_nothing, .check = is_linear});
}

}  // namespace slim::properties::laws
