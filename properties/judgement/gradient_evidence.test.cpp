#include "properties/judgement/gradient_evidence.hpp"

#include "properties/cases/gradient_spec.hpp"
#include "properties/catalogue.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

GradientSpec relu_spec() {
  GradientSpec spec{.length = 4, .slice_length = 2, .seed = 5};
  spec.model.feature_map.kind = FeatureKind::relu;
  return spec;
}

/// Every key below 0, so that all of ReLU's features and all denominators are 0.
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

/// With heads of width 1 an output is a value as it stands, so that d.q is 0 but for ε. The
/// reference's terms cancel to the last bit there, in every one of its runs; those of a product of
/// blocks leave their rounding. It was called wrong at 12 times the bound.
TEST(GradientEvidence, IsFairToOtherOrdersOfSummationWhereTheReferenceCancels) {
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

TEST(GradientEvidence, CannotJudgeAnInputThatRoundingPutsOnEitherSideOfTheKink) {
  for (const FeatureKind kind : {FeatureKind::relu, FeatureKind::absolute, FeatureKind::square}) {
    GradientSpec spec = relu_spec();
    spec.model.feature_map.kind = kind;
    GradientCase c = materialise(spec);
    const double q = to_double(insides_of<Digits50>(c).feature_inputs[0](1, 2));
    c.theta.layer(0).q_map.bias(2) -= q;  // row 1 now stands at 0 but for the rounding of q
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
  EXPECT_EQ(evidence.unusable(Scalar::float32), "the reference itself overflows");
  EXPECT_EQ(evidence.unusable(Scalar::float64), "");
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
