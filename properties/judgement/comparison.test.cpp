#include "properties/judgement/comparison.hpp"

#include "properties/judgement/gradient_evidence.hpp"
#include "reference/vocabulary/draw.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
const Digits50 nan50 = std::numeric_limits<Digits50>::quiet_NaN();

Model small_model() {
  return {.vocab_size = 2, .hidden_dim = 4, .layers = 1, .ffn_dim = 1, .heads = 1};
}

GradientAnswer zero_answer() {
  return {.loss = Digits50(0),
          .gradient = Parameters<Digits50>(small_model(), MemoryTag::gradient),
          .logits = {},
          .end = {},
          .start_cotangent = {}};
}

/// All bounds 1 but for what a test changes.
struct Comparison {
  GradientAnswer answer = zero_answer();
  GradientAnswer truth = zero_answer();
  GradientBounds bounds = uniform_bounds(small_model(), 1.0, 1.0);

  [[nodiscard]] Discrepancy worst() const { return worst_discrepancy(answer, truth, bounds); }
};

TEST(Comparison, NamesTheRowThatIsWorstAgainstItsOwnBound) {
  Comparison c;
  const auto& slots = c.truth.gradient.slots();
  c.answer.gradient.matrix(slots[0])(1, 1) = 0.5;
  c.answer.gradient.matrix(slots[1])(1, 2) = -0.25;
  c.bounds.gradient[1][1] = 0.125;
  const Discrepancy worst = c.worst();
  EXPECT_EQ(worst.tensor, "grad." + slots[1].name);
  EXPECT_EQ(worst.row, 1);
  EXPECT_EQ(worst.error, 0.25);
  EXPECT_EQ(worst.bound, 0.125);
  EXPECT_EQ(worst.ratio(), 2.0);
  ASSERT_EQ(worst.rows.size(), static_cast<std::size_t>(slots[1].rows)) << "all of that tensor";
  EXPECT_EQ(worst.rows[1].error, 0.25);
  EXPECT_EQ(worst.rows[0].error, 0.0);
}

TEST(Comparison, TakesTheLargestErrorOfARow) {
  Comparison c;
  const auto& slots = c.truth.gradient.slots();
  c.answer.gradient.matrix(slots[1])(0, 0) = 0.25;
  c.answer.gradient.matrix(slots[1])(0, 3) = -0.75;
  EXPECT_EQ(c.worst().error, 0.75);
}

TEST(Comparison, CountsWhatIsNotFiniteAsAnInfiniteError) {
  for (const Digits50& bad : {nan50, Digits50(infinite), Digits50(-infinite)}) {
    Comparison c;
    c.bounds = uniform_bounds(small_model(), infinite, infinite);
    c.answer.gradient.matrix(c.truth.gradient.slots()[2])(0, 1) = bad;
    EXPECT_EQ(c.worst().error, infinite);
    EXPECT_EQ(c.worst().ratio(), infinite) << "even where everything is allowed";
    EXPECT_EQ(c.worst().tensor, "grad." + c.truth.gradient.slots()[2].name);
  }
}

TEST(Comparison, IsNotFooledByANumberAfterANaN) {
  Comparison c;
  const auto row = c.answer.gradient.slots()[1];
  c.answer.gradient.matrix(row)(0, 0) = nan50;
  c.answer.gradient.matrix(row)(0, 3) = 0.5;
  EXPECT_EQ(c.worst().error, infinite);
}

TEST(Comparison, NeverPassesANaNAmongTruthLossOrBounds) {
  Comparison truth;
  truth.truth.loss = nan50;
  EXPECT_EQ(truth.worst().ratio(), infinite);
  Comparison loss;
  loss.answer.loss = nan50;
  EXPECT_EQ(loss.worst().ratio(), infinite);
  Comparison bound;
  bound.answer.loss = 1;
  bound.bounds.loss = std::nan("");
  EXPECT_FALSE(bound.worst().error <= bound.worst().bound);
  EXPECT_EQ(bound.worst().ratio(), infinite);
}

TEST(Comparison, ComparesLogitsWhereTheyAreBounded) {
  Comparison c;
  c.truth.logits = Matrix<Digits50>::Zero(3, 2);
  c.answer.logits = Matrix<Digits50>::Zero(3, 2);
  c.answer.logits(2, 1) = 0.5;
  EXPECT_EQ(c.worst().error, 0.0);
  c.bounds.logits = {1.0, 1.0, 1.0};
  EXPECT_EQ(c.worst().tensor, "logits");
  EXPECT_EQ(c.worst().row, 2);
}

Finding judged(double error, double bound, const Subject& subject, Scalar scalar,
               double error_in_50_digits = 1.0) {
  return judge(subject, scalar, [&](Scalar in) -> Discrepancy {
    const bool again = in == Scalar::digits50 && scalar != Scalar::digits50;
    return {.tensor = "t",
            .row = 0,
            .error = again ? error_in_50_digits : error,
            .bound = again ? 1e-40 : bound};
  });
}

Subject subject_that_adds() {
  Subject subject{
      .name = "adds", .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
  subject.gradient.in<Digits50>() = [](const auto&, auto&) {};
  return subject;
}

Subject subject_that_subtracts() {
  Subject subject = subject_that_adds();
  subject.capabilities.subtracting = true;
  return subject;
}

TEST(Judge, PutsTheBandsWhereTheyAreSaidToBe) {
  const Subject subject = subject_that_adds();
  const double above = std::nextafter(4.0, 5.0);
  EXPECT_EQ(judged(4.0, 4.0, subject, Scalar::float32).outcome, Outcome::pass);
  EXPECT_EQ(judged(above, 4.0, subject, Scalar::float32).outcome, Outcome::suspect);
  EXPECT_EQ(judged(8.0, 4.0, subject, Scalar::float32).outcome, Outcome::suspect);
  EXPECT_EQ(judged(std::nextafter(8.0, 9.0), 4.0, subject, Scalar::float32).outcome,
            Outcome::wrong);
  EXPECT_EQ(judged(0.0, 0.0, subject, Scalar::float32).outcome, Outcome::pass);
  EXPECT_EQ(judged(1e-300, 0.0, subject, Scalar::float32).outcome, Outcome::wrong);
}

TEST(Judge, KnowsNoSuspicionInFiftyDigits) {
  const Subject subject = subject_that_subtracts();
  EXPECT_EQ(judged(1.0, 1.0, subject, Scalar::digits50).outcome, Outcome::pass);
  EXPECT_EQ(judged(std::nextafter(1.0, 2.0), 1.0, subject, Scalar::digits50).outcome,
            Outcome::wrong);
}

TEST(Judge, CallsItDriftOnlyOfASubtractingSubjectThatIsRightInFiftyDigits) {
  const Subject adds = subject_that_adds();
  const Subject subtracts = subject_that_subtracts();
  EXPECT_EQ(judged(100.0, 1.0, adds, Scalar::float32, 0.0).outcome, Outcome::wrong);
  EXPECT_EQ(judged(100.0, 1.0, subtracts, Scalar::float32, 1e-39).outcome, Outcome::wrong);
  const Finding drift = judged(100.0, 1.0, subtracts, Scalar::float32, 1e-41);
  EXPECT_EQ(drift.outcome, Outcome::drift);
  EXPECT_FALSE(drift.note.empty());
}

TEST(Judge, TakesNoBitThatChangedForDrift) {
  const Subject subtracts = subject_that_subtracts();
  EXPECT_EQ(judged(1e-9, 0.0, subtracts, Scalar::float32, 0.0).outcome, Outcome::wrong);
}

TEST(Judge, FailsWhatIsNotFiniteWhoeverSubtracts) {
  const Subject subtracts = subject_that_subtracts();
  EXPECT_EQ(judged(infinite, 1.0, subtracts, Scalar::float32, 0.0).outcome, Outcome::wrong);
  EXPECT_EQ(judged(infinite, infinite, subtracts, Scalar::float64, 0.0).outcome, Outcome::wrong);
}

}  // namespace
}  // namespace slim::properties
