// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec unnormalised_with_given_features(AttentionSpec spec) {
  spec.normalised = false;
  spec.features_given = true;
  spec.pullback = false;
  return spec;
}

std::string is_unnormalised_with_given_features(const AttentionCase& c) {
  if (!is_linear_in_queries(c.given().conventions)) return "it must have no denominator";
  return c.given().features_given ? "" : "it must have given features";
}

/// Features of queries a q + b p, with entries that are multiples of 1/4 up to 4.
AttentionInputs<double> with_queries(AttentionInputs<double> inputs, double a, double b) {
  const Random q(1, stream_named("queries"));
  const Random p(2, stream_named("queries"));
  std::uint64_t place = 0;
  const auto quarters = [&](const Random& random) {
    return static_cast<double>(random.below(17, place)) / 4.0;
  };
  for (double& x : inputs.q.values()) {
    x = a * quarters(q) + b * quarters(p);
    ++place;
  }
  return inputs;
}

void adds_up_over_queries(AttentionCase& c, const Subject& subject, Scalar scalar,
                          AttentionJudge& judge) {
  hold_to_sum(c, subject, scalar, judge, with_queries);
}

}  // namespace

/// Without a normaliser, attention is linear in the features of its queries.
///
/// Statement: Y(2 g(q) + g(p)) = 2 Y(g(q)) + Y(g(p)). Source: Y_i = c R_i g(q_i). Uses no
/// reference. Generator: attention_specs without a normaliser, features given, q and p multiples of
/// 1/4 up to 4, so that 2 q + p is exact in every scalar. Tolerance: each of the three outputs may
/// be off by its own bands, hence 2 b(q) + b(p) + b(2 q + p). Kills: an output that is divided by
/// anything that depends on the query.
Law linear_in_queries() {
  return attention_law({.name = "linear-in-queries",
                        .statement = "without a normaliser Y(2 g(q) + g(p)) = 2 Y(g(q)) + Y(g(p))",
                        .source = "Y_i = c R_i g(q_i)",
                        .generator = "as attention-agrees, without a normaliser, features given",
                        .tolerance = "the sum of the bands of the three outputs",
                        .kills = {"mutant/normalised-all-the-same"},
                        .one_in_digits50 = 3,
                        .draw = {},
                        .load = {}},
                       {.repair = unnormalised_with_given_features,
                        .fits = is_unnormalised_with_given_features,
                        .check = adds_up_over_queries});
}

}  // namespace slim::properties::laws
