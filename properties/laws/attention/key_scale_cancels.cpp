// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"

namespace slim::properties::laws {
namespace {

AttentionSpec with_given_features(AttentionSpec spec) {
  spec.features_given = true;
  spec.has_start = false;
  return spec;
}

std::string has_given_features(const AttentionCase& c) {
  if (std::string missing = has_a_normaliser(c); !missing.empty()) return missing;
  return c.given().features_given && c.given().start.empty()
             ? ""
             : "it must have given features and no start state";
}

AttentionInputs<double> with_larger_keys(AttentionInputs<double> inputs) {
  for (double& x : inputs.k.values()) x *= 4.0;
  return inputs;
}

Heads<Digits50> difference(const Heads<Digits50>& a, const Heads<Digits50>& b) {
  Heads<Digits50> apart = a;
  for (std::size_t i = 0; i < apart.values().size(); ++i) apart.values()[i] -= b.values()[i];
  return apart;
}

void cancels_factors_of_keys(AttentionCase& c, const Subject& subject, Scalar scalar,
                             AttentionJudge& judge) {
  AttentionEvidence& scaled = c.other(0, [&] { return with_larger_keys(c.given()); });
  if (!scaled.unusable(scalar).empty()) return;
  if (subject.capabilities.subtracting && scaled.subtraction_decides(scalar)) return;
  const AttentionAnswer before = ask(subject, scalar, c.given());
  const AttentionAnswer after = ask(subject, scalar, scaled.given());
  judge.hold("out' - out", difference(after.out, before.out),
             difference(scaled.truth(scalar).out, c.whole.truth(scalar).out),
             [&](std::size_t place) {
               constexpr AttentionArray out = AttentionArray::out;
               return c.whole.band(scalar, out, place) + scaled.band(scalar, out, place);
             });
}

}  // namespace

/// A factor on all key features cancels, except for epsilon.
///
/// Statement: without a start state, g(k) → 4 g(k) changes Y = A/(D + ε) into 4 A/(4 D + ε), so
/// that |Y' − Y| = 3 ε |Y| / (4 D + ε). Source: Y is homogeneous of degree 0 in the keys' features.
/// Generator: attention_specs with features given. Tolerance: the change Y' − Y of the answers is
/// compared with that of the truths, 3 ε Y / (4 D + ε) in 50 digits, within the sum of the bands of
/// both outputs. Kills: an output that is not normalised, epsilons of another size or place.
Law key_scale_cancels() {
  return attention_law(
      {.name = "key-scale-cancels",
       .statement = "g(k) → 4 g(k) changes Y by 3 ε |Y| / (4 D + ε)",
       .source = "Y = A/(D + ε) is homogeneous of degree 0 in the features of keys, "
                 "except for ε",
       .generator = "as attention-agrees, features given, without a start state",
       .tolerance = "the sum of the bands of both outputs",
       .kills = {"mutant/not-normalised", "mutant/normalised-twice",
                 "mutant/epsilon-of-a-millionth"},
       .draw = {},
       .load = {}},
      {.repair = with_given_features,
       .fits = has_given_features,
       .check = cancels_factors_of_keys});
}

}  // namespace slim::properties::laws
