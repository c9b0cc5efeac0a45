// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"
#include "properties/engine/cases/attention_spec.hpp"
#include "properties/tolerance/attention_judge.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

/// One row, features given: q = 2, k = 3, v = 5, so that D = 6 and Y = 5.
AttentionInputs<double> one_row() {
  AttentionSpec spec;
  spec.features_given = true;
  AttentionInputs<double> inputs = materialise(spec);
  inputs.q.values()[0] = 2.0;
  inputs.k.values()[0] = 3.0;
  inputs.v.values()[0] = 5.0;
  inputs.out_cotangent.values()[0] = 1.0;
  return inputs;
}

TEST(AttentionEvidence, HasTheDocumentedBounds) {
  AttentionEvidence evidence(one_row());
  // F = 2·0 + L + M + 4 = 6, and a quotient 2F + 2; nothing cancels, so the gauge is Y itself.
  EXPECT_EQ(evidence.roundings(AttentionArray::out), 14.0);
  EXPECT_EQ(evidence.roundings(AttentionArray::end), 3.0);
  const double u = 0x1p-53;
  const Band band = evidence.band(Scalar::float64, AttentionArray::out, 0);
  EXPECT_NEAR(band.suspect, 14.0 * u * 5.0, 1e-20);
  EXPECT_NEAR(band.pass, 14.0 * u * 5.0, 1e-20);  // 4 √14 is more than 14
  EXPECT_EQ(band.drift, band.suspect) << "nothing is subtracted";
  EXPECT_EQ(evidence.band(Scalar::digits50, AttentionArray::out, 0).pass, 1e-40 * 5.0);
  const Band narrow = evidence.band(Scalar::bfloat16, AttentionArray::out, 0);
  EXPECT_GT(narrow.pass, 12.0 * 0x1p-8 * 5.0);
}

TEST(AttentionEvidence, HasTheDocumentedBoundsOfDeclaredTypes) {
  AttentionEvidence evidence(one_row());
  const auto pass = [&](Scalar scalar, const Capabilities& declared) {
    evidence.assume(declared);
    return evidence.band(scalar, AttentionArray::out, 0).pass;
  };
  const double tf32 = 0x1p-11;
  EXPECT_NEAR(pass(Scalar::float32, {.roundoff_of_factors = tf32}) - pass(Scalar::float32, {}),
              6.0 * tf32 * 5.0, 1e-12);
  EXPECT_NEAR(pass(Scalar::bfloat16, {.sums_in_narrow = true}) - pass(Scalar::bfloat16, {}),
              14.0 * unit_roundoff(Scalar::bfloat16) * 5.0, 1e-12);
  EXPECT_EQ(pass(Scalar::digits50, {.roundoff_of_factors = tf32}), 1e-40 * 5.0);
}

/// Two rows, features given: q = 2 and 2, k = 3 and 9, v = 5 and 7, so that D = 6 and 24.
AttentionInputs<double> two_rows() {
  AttentionSpec spec;
  spec.length = 2;
  spec.features_given = true;
  AttentionInputs<double> inputs = materialise(spec);
  std::ranges::copy(std::array{2.0, 2.0}, inputs.q.values().begin());
  std::ranges::copy(std::array{3.0, 9.0}, inputs.k.values().begin());
  std::ranges::copy(std::array{5.0, 7.0}, inputs.v.values().begin());
  inputs.out_cotangent = inputs.v;
  return inputs;
}

/// The largest |d.q| of two rows of two features with these keys and values, over its residue.
double dq_over_residue(const std::array<double, 4>& k, const std::array<double, 2>& v) {
  AttentionSpec spec{.length = 2, .width = 2, .features_given = true};
  AttentionInputs<double> inputs = materialise(spec);
  std::ranges::copy(std::array{2.0, 1.0, 3.0, 5.0}, inputs.q.values().begin());
  std::ranges::copy(k, inputs.k.values().begin());
  std::ranges::copy(v, inputs.v.values().begin());
  std::ranges::copy(std::array{1.0, 1.0}, inputs.out_cotangent.values().begin());
  inputs.conventions.epsilons[EpsilonPlace::denominator] = 1e-6;
  AttentionEvidence evidence(std::move(inputs));
  double largest = 0.0;
  for (const Digits50& x : evidence.truth(Scalar::float64).dq.values()) {
    largest = std::max(largest, std::abs(to_double(x)));
  }
  EXPECT_GT(largest, 1e-9) << "an epsilon does it";
  return largest / evidence.residue(Scalar::float64, AttentionArray::dq);
}

TEST(AttentionEvidence, CountsGradientsThatAreZeroButForTheEpsilonAsResidue) {
  EXPECT_LE(dq_over_residue({3.0, 1.0, 3.0, 1.0}, {5.0, 5.0}), 1.0);
  EXPECT_GT(dq_over_residue({3.0, 1.0, 1.0, 2.0}, {5.0, 5.5}), 100.0);
}

double room_for_drift(AttentionEvidence& evidence, AttentionArray array, std::size_t row) {
  const Band band = evidence.band(Scalar::float64, array, row);
  return band.drift - band.suspect;
}

TEST(AttentionEvidence, AllowsDriftOnlyWhereSumsAreRecovered) {
  AttentionEvidence evidence(two_rows());
  // R₂ = 78 and S₂ = 12 move Y₁ = R₁ q/(S₁ q) by (78·2 + 5·12·2)/6 = 46, times 2L = 4 roundings.
  EXPECT_NEAR(room_for_drift(evidence, AttentionArray::out, 0), 4.0 * 0x1p-53 * 46.0, 1e-17);
  for (const AttentionArray array :
       {AttentionArray::dk, AttentionArray::dv, AttentionArray::start_gradient}) {
    EXPECT_GT(room_for_drift(evidence, array, 0), 0.0) << name(array);
  }
  for (const AttentionArray array :
       {AttentionArray::out, AttentionArray::dq, AttentionArray::dk, AttentionArray::dv}) {
    EXPECT_EQ(room_for_drift(evidence, array, 1), 0.0) << "the last row's " << name(array);
  }
  EXPECT_EQ(room_for_drift(evidence, AttentionArray::end, 0), 0.0);

  AttentionInputs<double> masked = two_rows();
  masked.key_mask = {1, 0};
  AttentionEvidence no_later_key(masked);
  EXPECT_EQ(room_for_drift(no_later_key, AttentionArray::out, 0), 0.0);
  AttentionInputs<double> both_ways = two_rows();
  both_ways.causal = false;
  AttentionEvidence bidirectional(both_ways);
  EXPECT_EQ(room_for_drift(bidirectional, AttentionArray::out, 0), 0.0);
}

TEST(AttentionEvidence, GivesManyRoundingsTheBandOfARandomWalk) {
  AttentionSpec spec;
  spec.length = 24;
  AttentionEvidence evidence(materialise(spec));
  const double n = evidence.roundings(AttentionArray::dk);
  ASSERT_GT(n, 16.0);
  const Band band = evidence.band(Scalar::float32, AttentionArray::dk, 3);
  EXPECT_NEAR(band.suspect / band.pass, n / (4.0 * std::sqrt(n)), 0.01);
}

TEST(AttentionEvidence, RejectsNumbersOutsideTheRangeOfAScalar) {
  AttentionInputs<double> small = one_row();
  small.k.values()[0] = 1e-30;
  small.q.values()[0] = 1e-30;
  AttentionEvidence evidence(small);
  EXPECT_EQ(evidence.unusable(Scalar::float32), "intermediate values underflow");
  EXPECT_EQ(evidence.unusable(Scalar::float64), "");
  AttentionInputs<double> large = one_row();
  large.v.values()[0] = 1e37;
  AttentionEvidence beyond(large);
  EXPECT_EQ(beyond.unusable(Scalar::float32), "intermediate values overflow");
  EXPECT_EQ(beyond.unusable(Scalar::digits50), "");
}

TEST(AttentionEvidence, RefusesACaseWhoseReferenceIsNotFinite) {
  for (const double input :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    AttentionInputs<double> inputs = one_row();
    inputs.q.values()[0] = input;
    AttentionEvidence evidence(inputs);
    EXPECT_EQ(evidence.unusable(Scalar::digits50), "the reference is not finite");
    EXPECT_NE(evidence.unusable(Scalar::float64), "");
  }
}

TEST(AttentionEvidence, DetectsWhereSubtractionLeavesAResidue) {
  AttentionSpec spec;
  spec.length = 2;
  spec.features_given = true;
  AttentionInputs<double> inputs = materialise(spec);
  inputs.k.values()[0] = 0.0;
  inputs.k.values()[1] = 1.0;
  AttentionEvidence zero(inputs);
  EXPECT_TRUE(zero.subtraction_decides(Scalar::float64));
  const Subject& subtracting = find_subject("recovered/iterative");
  EXPECT_TRUE(excused(subtracting, Scalar::float64, zero).has_value());
  EXPECT_FALSE(excused(find_subject("stored/iterative"), Scalar::float64, zero).has_value());
  inputs.k.values()[0] = 1.0;
  AttentionEvidence ordinary(inputs);
  EXPECT_FALSE(ordinary.subtraction_decides(Scalar::float64));
}

TEST(AttentionEvidence, KnowsWhenTwiceTheDigitsDoNotSuffice) {
  const Subject& wide = find_subject("wide/iterative");
  AttentionInputs<double> inputs = one_row();
  AttentionEvidence near(inputs);
  EXPECT_FALSE(is_beyond_its_digits(wide, Scalar::float32, near));
  inputs.k.values()[0] = 1e12;
  AttentionEvidence far(inputs);
  EXPECT_TRUE(is_beyond_its_digits(wide, Scalar::float32, far));
  EXPECT_FALSE(is_beyond_its_digits(wide, Scalar::float64, far));
  EXPECT_FALSE(is_beyond_its_digits(reference_subject(), Scalar::float32, far));
}

TEST(AttentionEvidence, CountsFeaturesBelowTheRangeOfDoubleAsUnderflow) {
  AttentionInputs<double> inputs = one_row();
  inputs.features_given = false;
  inputs.feature_map.kind = FeatureKind::elu_plus_one;
  EXPECT_EQ(AttentionEvidence(inputs).unusable(Scalar::float64), "");
  inputs.k.values()[0] = -1000.0;
  AttentionEvidence vanishing(inputs);
  EXPECT_EQ(vanishing.unusable(Scalar::float64), "intermediate values underflow");
  EXPECT_GT(vanishing.band_at_the_edge(Scalar::float64, AttentionArray::dv, 0).pass, 0.0);
}

/// One row of FAVOR+ whose key has an exponential of about e^-204, with ε = 1e-4 in the features.
TEST(AttentionEvidence, DetectsAnExponentialThatIsNegligibleAgainstItsEpsilon) {
  AttentionSpec spec;
  spec.width = 2;
  spec.feature_map.kind = FeatureKind::favor_plus;
  AttentionInputs<double> inputs = materialise(spec);
  for (double& x : inputs.omega.values()) x = 0.0;
  for (double& x : inputs.k.values()) x = 17.0;  // exp(-|x|²/(2 √2)) is about e^-204
  inputs.conventions.epsilons = {EpsilonPlace::feature, 1e-4};
  AttentionEvidence evidence(inputs);
  EXPECT_EQ(evidence.unusable(Scalar::float32), "intermediate values underflow");
  EXPECT_EQ(evidence.unusable(Scalar::float64), "");
  EXPECT_EQ(evidence.overflowing(Scalar::float32), "") << "its ε keeps denominators away from 0";
  const auto flushed_to_zero = [&](AttentionArray array) {
    const double size =
        std::abs(to_double(array_of(evidence.truth(Scalar::float32), array).values()[0]));
    return size > 0.0 && size <= evidence.band_at_the_edge(Scalar::float32, array, 0).pass;
  };
  EXPECT_TRUE(flushed_to_zero(AttentionArray::dk)) << "its slope is the exponential";
  EXPECT_FALSE(flushed_to_zero(AttentionArray::out));
  EXPECT_FALSE(flushed_to_zero(AttentionArray::dv));
}

/// One row of width 3, whose first entry of q is close to the kink.
AttentionInputs<double> next_to_a_kink(FeatureKind kind, double q) {
  AttentionSpec spec;
  spec.width = 3;
  spec.feature_map.kind = kind;
  AttentionInputs<double> inputs = materialise(spec);
  inputs.q.values()[0] = q;
  inputs.q.values()[1] = 2.0;
  inputs.q.values()[2] = 3.0;
  inputs.k.values()[0] = 0.5;
  inputs.k.values()[1] = 3.0;
  inputs.k.values()[2] = 1.0;
  return inputs;
}

TEST(AttentionEvidence, AllowsTheSlopeAtZeroOnlyForEntriesThatMayBeFlushed) {
  for (const FeatureKind kind : {FeatureKind::relu, FeatureKind::absolute}) {
    AttentionInputs<double> inputs = next_to_a_kink(kind, 1e-40);
    inputs.start =
        Heads<double>({.batch = 1, .heads = 1, .rows = 2, .cols = 3}, MemoryTag::parameters);
    for (double& x : inputs.start.values()) x = 1.0;
    AttentionEvidence evidence(inputs);
    const auto dq = [&](Scalar scalar, std::size_t place) {
      const double size = std::abs(to_double(evidence.truth(scalar).dq.values()[place]));
      return evidence.band_at_the_edge(scalar, AttentionArray::dq, place).pass / size;
    };
    EXPECT_GE(dq(Scalar::float32, 0), 1.0);
    EXPECT_LT(dq(Scalar::float32, 0), 1.01);
    EXPECT_LT(dq(Scalar::float32, 1), 1e-3);
    EXPECT_LT(dq(Scalar::float64, 0), 1e-9) << "the entry is not subnormal in float64";
    EXPECT_NE(evidence.unusable(Scalar::float32), "");
    EXPECT_EQ(evidence.unusable(Scalar::float64), "");
  }
}

TEST(AttentionEvidence, DetectsWhereTheSlopeAtZeroIsTheSame) {
  EXPECT_EQ(AttentionEvidence(next_to_a_kink(FeatureKind::relu, -1e-40)).unusable(Scalar::float32),
            "");
  AttentionInputs<double> sloped = next_to_a_kink(FeatureKind::relu, -1e-40);
  sloped.conventions.relu_slope_at_zero = 1.0;
  AttentionEvidence evidence(sloped);
  EXPECT_EQ(evidence.unusable(Scalar::float32), "intermediate values underflow");
  EXPECT_EQ(evidence.overflowing(Scalar::float32), "");
  EXPECT_GT(evidence.band_at_the_edge(Scalar::float32, AttentionArray::dq, 0).pass, 0.0);
}

TEST(AttentionEvidence, AllowsEitherSideOfAKinkThatAProjectionMeets) {
  AttentionSpec spec{.length = 2, .width = 2};
  spec.feature_map = {.kind = FeatureKind::relu, .projected = true};
  AttentionInputs<double> inputs = materialise(spec);
  std::ranges::copy(std::array{1.0, 1.0, 1.0, 0.5}, inputs.q.values().begin());
  std::ranges::copy(std::array{1.0, 2.0, 3.0, 4.0}, inputs.k.values().begin());
  std::ranges::copy(std::array{1.0, 3.0, -1.0, 5.0}, inputs.omega.values().begin());
  inputs.conventions.epsilons[EpsilonPlace::feature] = 1e-3;
  inputs.wants_pullback = true;
  inputs.out_cotangent = inputs.v;
  for (double& x : inputs.out_cotangent.values()) x = 1.0;
  AttentionEvidence evidence(inputs);
  const auto band = [&](AttentionArray array, std::size_t place) {
    return evidence.band(Scalar::float32, array, place).suspect;
  };
  EXPECT_GE(band(AttentionArray::dq, 0), 1e300) << "q·ω is 0 in row 0";
  EXPECT_LT(band(AttentionArray::dq, 2), 1.0);
  EXPECT_LT(band(AttentionArray::dk, 0), 1.0);
  const auto of_feature = evidence.features_band(Scalar::float32, true);
  EXPECT_GT(of_feature(0).suspect, 1e-7) << "it may be rounded to a positive number";
  EXPECT_LT(of_feature(0).suspect, 1e-5);
}

Outcome outcome_of(const char* subject, double error) {
  AttentionJudge judge(find_subject(subject), Scalar::float64);
  judge.hold("out", 0, Digits50(error), Digits50(0), {.pass = 1.0, .suspect = 2.0, .drift = 8.0});
  return judge.finding().outcome;
}

TEST(AttentionJudge, DistinguishesPassSuspectDriftAndWrong) {
  EXPECT_EQ(outcome_of("reference", 1.0), Outcome::pass);
  EXPECT_EQ(outcome_of("reference", 1.5), Outcome::suspect);
  EXPECT_EQ(outcome_of("reference", 3.0), Outcome::wrong);
  EXPECT_EQ(outcome_of("recovered/iterative", 3.0), Outcome::drift);
  EXPECT_EQ(outcome_of("recovered/iterative", 9.0), Outcome::wrong);
  EXPECT_EQ(outcome_of("recovered/iterative", std::numeric_limits<double>::quiet_NaN()),
            Outcome::wrong);
}

TEST(AttentionJudge, AllowsInfinityAsDriftIfTheBandExceedsTheScalarsRange) {
  const auto outcome = [](const char* subject, double drift) {
    AttentionJudge judge(find_subject(subject), Scalar::float16);
    const Digits50 none(std::numeric_limits<double>::infinity());
    judge.hold("d.q", 0, none, Digits50(0), {.pass = 1.0, .suspect = 2.0, .drift = drift});
    return judge.finding().outcome;
  };
  EXPECT_EQ(outcome("recovered/iterative", 7e4), Outcome::drift);
  EXPECT_EQ(outcome("recovered/iterative", 6e4), Outcome::wrong);
  EXPECT_EQ(outcome("reference", 7e4), Outcome::wrong);
}

TEST(AttentionJudge, KeepsTheRowsOfTheWorstTensor) {
  AttentionJudge judge(reference_subject(), Scalar::float64);
  judge.hold("a", 0, Digits50(1), Digits50(0), flat_band(2.0));
  judge.hold("b", 0, Digits50(3), Digits50(0), flat_band(2.0));
  judge.hold("b", 0, Digits50(1), Digits50(0), flat_band(2.0));
  judge.hold("b", 2, Digits50(9), Digits50(0), flat_band(2.0));
  judge.hold("c", 1, Digits50(1), Digits50(0), flat_band(2.0));
  const std::vector<RowError> rows = judge.finding().worst.rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].row, 0);
  EXPECT_EQ(rows[0].error, 3.0) << "the worst entry of its row";
  EXPECT_EQ(rows[1].row, 2);
  EXPECT_EQ(rows[1].error, 9.0);
}

TEST(AttentionJudge, KeepsTheWorstOutcomeAndSkipsIfNothingWasCompared) {
  AttentionJudge judge(reference_subject(), Scalar::float64);
  EXPECT_EQ(judge.finding().outcome, Outcome::skipped);
  judge.hold("a", 1, Digits50(1), Digits50(0), flat_band(2.0));
  judge.hold("b", 2, Digits50(5), Digits50(0), flat_band(2.0));
  judge.hold("c", 3, Digits50(1), Digits50(0), flat_band(2.0));
  const Finding finding = judge.finding();
  EXPECT_EQ(finding.outcome, Outcome::wrong);
  EXPECT_EQ(finding.worst.tensor, "b");
  EXPECT_EQ(finding.worst.row, 2);
  AttentionJudge infinite(reference_subject(), Scalar::float64);
  infinite.hold("d", 0, Digits50(std::numeric_limits<double>::infinity()), Digits50(0),
                flat_band(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(infinite.finding().outcome, Outcome::wrong);
}

TEST(AttentionEvidence, JudgesLongSequencesInFloat16) {
  AttentionSpec spec{.length = 256, .width = 16, .value_width = 16, .seed = 1};
  spec.feature_map.kind = FeatureKind::elu_plus_one;
  EXPECT_EQ(AttentionEvidence(materialise(spec)).unusable(Scalar::float16), "");
}

TEST(AttentionEvidence, InputsBeyondTheRangeOfFloat16Overflow) {
  AttentionSpec spec{.length = 2, .width = 2, .value_width = 2, .seed = 44915};
  spec.causal = false;
  spec.entries = Entries::opposite;
  spec.feature_map.kind = FeatureKind::relu;
  AttentionEvidence evidence(materialise(spec));
  EXPECT_EQ(evidence.overflowing(Scalar::float16), "intermediate values overflow");
  EXPECT_EQ(evidence.overflowing(Scalar::float32), "");
}

}  // namespace
}  // namespace slim::properties
