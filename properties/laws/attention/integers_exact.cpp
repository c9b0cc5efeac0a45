// SPDX-License-Identifier: Apache-2.0
#include "properties/laws/attention/attention_law.hpp"
#include "properties/laws/laws.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::properties::laws {
namespace {

constexpr Index longest_exact = 7;

AttentionSpec short_and_given(AttentionSpec spec) {
  spec.length = std::min(spec.length, longest_exact);
  spec.features_given = true;
  spec.causal = true;
  spec.has_start = false;
  spec.has_end_cotangent = false;
  spec.mask = KeyMask::none;
  spec.entries = Entries::integers;
  return spec;
}

std::string is_short_and_given(const AttentionCase& c) {
  const AttentionInputs<double>& given = c.given();
  const double negligible = AttentionConventions().epsilons[EpsilonPlace::denominator];
  if (!(given.conventions.epsilons.largest_in_denominator() <= negligible)) {
    return "its epsilon must be negligible against 1";
  }
  AttentionConventions plain = given.conventions;
  plain.normaliser = Normaliser::denominator;
  if (!averages(plain) || needs_whole_sequences(given.conventions) ||
      has_own_weight(given.conventions) || given.conventions.divides_by_key_sums) {
    return "its output must be R g(q) or that over S·g(q)";
  }
  return given.features_given && given.causal && c.length() <= longest_exact &&
                 given.start.empty() && given.end_cotangent.empty() && given.key_mask.empty()
             ? ""
             : "it must be causal, with at most 7 rows, given features, and no mask or state";
}

AttentionInputs<double> whole_numbers(AttentionInputs<double> inputs) {
  const Random random(5, stream_named("one-hot queries"));
  const Index M = inputs.q.sizes().cols;
  std::uint64_t place = 0;
  const auto below = [&](Index count) {
    return static_cast<Index>(random.below(static_cast<std::uint64_t>(count), place++));
  };
  for (Index b = 0; b < inputs.q.sizes().batch; ++b) {
    for (Index h = 0; h < inputs.q.sizes().heads; ++h) {
      for (Index l = 0; l < inputs.q.sizes().rows; ++l) {
        const auto power = static_cast<double>(Index{1} << std::max<Index>(0, l - 1));
        inputs.k(b, h).row(l).setConstant(power);
        inputs.q(b, h).row(l).setZero();
        const Index feature = below(M);
        inputs.q(b, h)(l, feature) = static_cast<double>(Index{1} << below(3));
      }
    }
  }
  for (Heads<double>* heads : {&inputs.v, &inputs.out_cotangent}) {
    for (double& x : heads->values()) x = static_cast<double>(below(7) - 3);
  }
  return inputs;
}

AttentionInputs<double> without_epsilon(AttentionInputs<double> inputs) {
  inputs.conventions.epsilons = {};
  return inputs;
}

void is_exact(AttentionCase& c, const Subject& subject, Scalar scalar, AttentionJudge& judge) {
  const AttentionInputs<double> asked = whole_numbers(c.given());
  const AttentionAnswer answer = ask(subject, scalar, asked);
  AttentionEvidence& with_epsilon = c.other(0, [&] { return AttentionInputs<double>(asked); });
  AttentionEvidence& without = c.other(1, [&] { return without_epsilon(asked); });
  const bool narrow = scalar == Scalar::float16 || scalar == Scalar::bfloat16;
  for (const AttentionArray array : all_attention_arrays) {
    if (narrow && array != AttentionArray::end) continue;
    if (scalar == Scalar::digits50) {
      judge.hold_to_truth(answer, with_epsilon, std::array{array});
      continue;
    }
    judge.hold(std::string(name(array)), array_of(answer, array),
               array_of(without.truth(Scalar::digits50), array),
               [](std::size_t) { return Band(); });
  }
}

}  // namespace

/// On small whole numbers every order of summation is exact.
///
/// Statement: let features be g(k_0) = 1 and g(k_l) = 2^(l−1), queries 2^j in one feature and 0 in
/// the others, values, states and cotangents whole numbers from −3 to 3, and L ≤ 7. Then S_l is 2^l
/// in every feature, D_l is a power of two, and no intermediate value of output, state or pullback
/// needs more than 24 bits. So the answer is exactly the truth for ε = 0, since 1 + ε rounds to 1.
/// Source: sums and products of dyadic numbers. Generator: sizes of attention_specs, causal,
/// features given, no mask, start state or end cotangent. Tolerance: 0 in float32 and float64; in
/// 50 digits, where ε shows, the bands; narrow scalars round what they store, so only their end
/// state, which is a float, is compared. Kills: sums in low precision, epsilons larger than
/// declared.
Law integers_exact() {
  return attention_law(
      {.name = "integers-exact",
       .statement = "dyadic numbers of few bits give the exact answer in any order of summation",
       .source = "sums and products of whole numbers below 2^24 are exact in float32",
       .generator = "sizes of attention-agrees, L ≤ 7, causal; keys powers of 2, queries one-hot",
       .tolerance = "0 in float32 and float64; as attention-agrees in 50 digits, where ε shows",
       .kills = {"mutant/own-key-unseen", "mutant/slice-carried-twice",
                 "mutant/no-denominator-gradient-for-keys"},
       .draw = {},
       .load = {}},
      {.repair = short_and_given, .fits = is_short_and_given, .check = is_exact});
}

}  // namespace slim::properties::laws
