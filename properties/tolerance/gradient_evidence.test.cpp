// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/gradient_evidence.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/cases/gradient_spec.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

GradientSpec relu_spec() {
  GradientSpec spec{.length = 4, .slice_length = 2, .seed = 5};
  spec.model.feature_map.kind = FeatureKind::relu;
  return spec;
}

/// All keys are negative, so that all features of ReLU and all denominators are 0.
GradientCase without_features() {
  GradientCase c = materialise(relu_spec());
  c.theta.layer(0).k_map.bias.array() -= 100.0;
  return c;
}

TEST(GradientEvidence, KnowsAZeroDenominator) {
  EXPECT_TRUE(GradientEvidence(without_features()).has_zero_denominator());
  GradientCase with_features = materialise(relu_spec());
  with_features.theta.layer(0).k_map.bias.array() += 100.0;
  with_features.theta.layer(0).q_map.bias.array() += 100.0;
  EXPECT_FALSE(GradientEvidence(std::move(with_features)).has_zero_denominator());
}

TEST(GradientEvidence, ExcusesAtAZeroDenominatorOnlyASubjectThatSubtracts) {
  GradientEvidence evidence(without_features());
  const std::optional<Finding> excuse =
      excused(find_subject("recovered/iterative"), Scalar::float32, evidence);
  ASSERT_TRUE(excuse.has_value());
  EXPECT_EQ(excuse->note, zero_denominator_reason);
  const Subject& stored = find_subject("stored/iterative");
  for (const Scalar scalar : {Scalar::float32, Scalar::float64, Scalar::digits50}) {
    EXPECT_FALSE(excused(stored, scalar, evidence).has_value());
    const Discrepancy worst = worst_discrepancy(ask(stored, scalar, evidence.given()),
                                                evidence.truth(), evidence.bounds(scalar));
    EXPECT_LE(worst.error, worst.bound) << name(scalar) << " " << worst.tensor;
  }
}

/// With heads of width 1 an output is a value itself, so d.q is 0 except for ε. The terms of the
/// reference cancel to the last bit in each of its runs; those of a product of blocks leave a
/// rounding residue.
TEST(GradientEvidence, AllowsOtherOrdersOfSummationWhereTheReferenceCancels) {
  GradientSpec spec{.length = 2,
                    .slice_length = 1,
                    .model = {.vocab_size = 4,
                              .hidden_dim = 4,
                              .layers = 1,
                              .ffn_dim = 1,
                              .heads = 4,
                              .norm = Norm::branch_input},
                    .mask = MaskKind::all_but_one,
                    .seed = 176734};
  spec.model.feature_map.kind = FeatureKind::absolute;
  GradientEvidence evidence(materialise(spec));
  for (const char* subject : {"stored/blocked", "exact/blocked", "stored/tree"}) {
    for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
      const Discrepancy worst =
          worst_discrepancy(ask(find_subject(subject), scalar, evidence.given()), evidence.truth(),
                            evidence.bounds(scalar));
      EXPECT_LE(worst.error, worst.bound) << subject << " " << name(scalar) << " " << worst.tensor;
    }
  }
}

TEST(GradientEvidence, CannotJudgeAnInputWhoseRoundingDecidesTheSideOfAKink) {
  for (const FeatureKind kind : {FeatureKind::relu, FeatureKind::absolute, FeatureKind::square}) {
    GradientSpec spec = relu_spec();
    spec.model.feature_map.kind = kind;
    GradientCase c = materialise(spec);
    const double q = to_double(insides_of<Digits50>(c).feature_inputs[0](1, 2));
    c.theta.layer(0).q_map.bias(2) -= q;  // row 1 is now 0 except for the rounding of q
    GradientEvidence evidence(std::move(c));
    const bool smooth = kind == FeatureKind::square;
    EXPECT_EQ(evidence.unusable(Scalar::float32).empty(), smooth) << static_cast<int>(kind);
    EXPECT_EQ(evidence.unusable(Scalar::float64).empty(), smooth) << static_cast<int>(kind);
    EXPECT_TRUE(evidence.unusable(Scalar::digits50).empty());
  }
}

TEST(GradientEvidence, CanJudgeAnOrdinaryCaseInEveryScalar) {
  GradientEvidence evidence(materialise(relu_spec()));
  EXPECT_EQ(evidence.unusable(Scalar::float32), "");
  EXPECT_EQ(evidence.unusable(Scalar::float64), "");
}

TEST(GradientEvidence, CannotJudgeWhereTheReferenceItselfOverflows) {
  GradientSpec spec = relu_spec();
  spec.model.feature_map.kind = FeatureKind::square;
  GradientCase c = materialise(spec);
  for (double& weight : c.theta.values()) weight *= 1e15;
  GradientEvidence evidence(std::move(c));
  EXPECT_EQ(evidence.unusable(Scalar::float32), "the reference itself overflows in this scalar");
  EXPECT_EQ(evidence.unusable(Scalar::float64), "");
}

/// Sequences of one row, where nothing is subtracted, or of four.
GradientEvidence ordinary_case(Index length) {
  GradientSpec spec = relu_spec();
  spec.length = length;
  spec.model.feature_map.kind = FeatureKind::square;
  return GradientEvidence(materialise(spec));
}

Subject subject_that_adds() {
  Subject subject = find_subject("stored/iterative");
  subject.name = "adds";
  return subject;
}

Subject subject_that_subtracts() {
  Subject subject = subject_that_adds();
  subject.name = "subtracts";
  subject.capabilities.subtracting = true;
  return subject;
}

/// Errors in the loss.
struct Errors {
  double in_float32 = 0.0;
  double in_float64 = 0.0;
  double in_digits50 = 0.0;
};

Finding judged(const Subject& subject, Scalar scalar, GradientEvidence& evidence,
               const Errors& errors) {
  const auto error = [&](Scalar in) {
    return in == Scalar::float32   ? errors.in_float32
           : in == Scalar::float64 ? errors.in_float64
                                   : errors.in_digits50;
  };
  return judge(subject, scalar, evidence,
               [&](Scalar in, const GradientBounds& bounds) -> Discrepancy {
                 return {.tensor = "loss", .row = 0, .error = error(in), .bound = bounds.loss};
               });
}

TEST(Judge, UsesTheDocumentedBands) {
  const Subject subject = subject_that_adds();
  GradientEvidence evidence = ordinary_case(4);
  const double bound = evidence.bounds(Scalar::float32).loss;
  const auto outcome = [&](double error) {
    return judged(subject, Scalar::float32, evidence, {.in_float32 = error}).outcome;
  };
  EXPECT_EQ(outcome(bound), Outcome::pass);
  EXPECT_EQ(outcome(std::nextafter(bound, 1.0)), Outcome::suspect);
  EXPECT_EQ(outcome(2.0 * bound), Outcome::suspect);
  EXPECT_EQ(outcome(std::nextafter(2.0 * bound, 1.0)), Outcome::wrong);
  EXPECT_EQ(outcome(std::numeric_limits<double>::infinity()), Outcome::wrong);
  EXPECT_EQ(outcome(std::numeric_limits<double>::quiet_NaN()), Outcome::wrong);
}

TEST(Judge, HasNoSuspectInFiftyDigits) {
  const Subject subject = subject_that_subtracts();
  GradientEvidence evidence = ordinary_case(4);
  const double bound = evidence.bounds(Scalar::digits50).loss;
  EXPECT_EQ(judged(subject, Scalar::digits50, evidence, {.in_digits50 = bound}).outcome,
            Outcome::pass);
  EXPECT_EQ(judged(subject, Scalar::digits50, evidence, {.in_digits50 = 1.001 * bound}).outcome,
            Outcome::wrong);
}

TEST(Judge, CallsItDriftOnlyOfASubjectThatSubtractsAndIsRightInFiftyDigits) {
  GradientEvidence evidence = ordinary_case(4);
  const Errors within{.in_float32 = evidence.drift_bounds(Scalar::float32).loss,
                      .in_float64 = evidence.drift_bounds(Scalar::float64).loss};
  Errors off_in_digits50 = within;
  off_in_digits50.in_digits50 = 1.001 * evidence.bounds(Scalar::digits50).loss;
  const Subject subtracts = subject_that_subtracts();
  EXPECT_EQ(judged(subject_that_adds(), Scalar::float32, evidence, within).outcome, Outcome::wrong);
  EXPECT_EQ(judged(subtracts, Scalar::float32, evidence, off_in_digits50).outcome, Outcome::wrong);
  const Finding drift = judged(subtracts, Scalar::float32, evidence, within);
  EXPECT_EQ(drift.outcome, Outcome::drift);
  EXPECT_FALSE(drift.note.empty());
}

TEST(Judge, DoesNotRunFiftyDigitsIfTheSubjectDoesNotOfferThem) {
  GradientEvidence evidence = ordinary_case(4);
  Subject subject = subject_that_subtracts();
  subject.gradient.in<Digits50>() = {};
  const Errors within{.in_float32 = evidence.drift_bounds(Scalar::float32).loss,
                      .in_float64 = evidence.drift_bounds(Scalar::float64).loss};
  EXPECT_EQ(judged(subject, Scalar::float32, evidence, within).outcome, Outcome::drift);
}

TEST(Judge, AllowsDriftNoMoreThanSubtractingCanLose) {
  const Subject subtracts = subject_that_subtracts();
  GradientEvidence evidence = ordinary_case(4);
  const Errors beyond{.in_float32 = 1.001 * evidence.drift_bounds(Scalar::float32).loss,
                      .in_float64 = evidence.drift_bounds(Scalar::float64).loss};
  const Finding finding = judged(subtracts, Scalar::float32, evidence, beyond);
  EXPECT_EQ(finding.outcome, Outcome::wrong);
  EXPECT_NE(finding.note.find("what subtraction can lose"), std::string::npos) << finding.note;
}

TEST(Judge, AllowsNoDriftWhereNothingIsSubtracted) {
  GradientEvidence evidence = ordinary_case(1);
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const double suspect = 2.0 * evidence.bounds(scalar).loss;
    EXPECT_EQ(evidence.drift_bounds(scalar).loss, suspect);
    EXPECT_EQ(evidence.drift_bounds(scalar).gradient.back().back(),
              2.0 * evidence.bounds(scalar).gradient.back().back());
  }
}

TEST(Judge, AllowsNoDriftThatIsNotProportionalToTheRoundoff) {
  const Subject subtracts = subject_that_subtracts();
  GradientEvidence evidence = ordinary_case(4);
  const double coarse = evidence.drift_bounds(Scalar::float32).loss;
  const double fine = evidence.drift_bounds(Scalar::float64).loss;
  const Errors in_proportion{.in_float32 = coarse, .in_float64 = fine / 8.0};
  EXPECT_EQ(judged(subtracts, Scalar::float32, evidence, in_proportion).outcome, Outcome::drift);
  const Errors of_float32_alone{.in_float32 = coarse, .in_float64 = fine / 100.0};
  const Finding one = judged(subtracts, Scalar::float32, evidence, of_float32_alone);
  EXPECT_EQ(one.outcome, Outcome::wrong);
  EXPECT_NE(one.note.find("is proportional to the unit roundoff"), std::string::npos) << one.note;
  const Errors of_float64_alone{.in_float32 = coarse / 100.0, .in_float64 = fine};
  EXPECT_EQ(judged(subtracts, Scalar::float64, evidence, of_float64_alone).outcome, Outcome::wrong);
}

TEST(Judge, AllowsNoDriftIfTheBoundIsZero) {
  const Subject subtracts = subject_that_subtracts();
  GradientEvidence evidence = ordinary_case(4);
  const Finding finding =
      judge(subtracts, Scalar::float32, evidence, [](Scalar, const GradientBounds&) -> Discrepancy {
        return {.tensor = "loss", .row = 0, .error = 1e-9, .bound = 0.0};
      });
  EXPECT_EQ(finding.outcome, Outcome::wrong);
}

TEST(Judge, FailsNonFiniteAnswersOfSubjectsThatSubtract) {
  const Subject subtracts = subject_that_subtracts();
  GradientEvidence evidence = ordinary_case(4);
  for (const double none :
       {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(judged(subtracts, Scalar::float32, evidence, {.in_float32 = none}).outcome,
              Outcome::wrong);
  }
}

TEST(GradientEvidence, BoundsFloat32AndFloat64InProportionToTheirRoundoff) {
  GradientEvidence evidence(materialise(relu_spec()));
  const double wide = evidence.bounds(Scalar::float32).loss;
  const double narrow = evidence.bounds(Scalar::float64).loss;
  EXPECT_GT(narrow, 0.0);
  EXPECT_NEAR(std::log2(wide / narrow), 29.0, 4.0);
}

TEST(GradientEvidence, BoundsNarrowScalarsByWhatTheyStore) {
  GradientSpec smooth = relu_spec();
  smooth.model.feature_map.kind = FeatureKind::square;
  GradientEvidence evidence(materialise(smooth));
  const double of_float = evidence.bounds(Scalar::float32).loss;
  EXPECT_NEAR(std::log2(evidence.bounds(Scalar::float16).loss / of_float), 13.0, 4.0);
  EXPECT_NEAR(std::log2(evidence.bounds(Scalar::bfloat16).loss / of_float), 16.0, 4.0);
}

TEST(Ensemble, IsTheSameAtEveryCall) {
  GradientEvidence one(materialise(relu_spec()));
  GradientEvidence other(materialise(relu_spec()));
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    EXPECT_EQ(one.bounds(scalar).gradient, other.bounds(scalar).gradient);
  }
}

}  // namespace
}  // namespace slim::properties
