// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/comparison.hpp"

#include "reference/vocabulary/model/draw.hpp"

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

/// All bounds are 1 unless a test changes them.
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

TEST(Comparison, CountsNonFiniteEntriesAsInfiniteErrors) {
  for (const Digits50& bad : {nan50, Digits50(infinite), Digits50(-infinite)}) {
    Comparison c;
    c.bounds = uniform_bounds(small_model(), infinite, infinite);
    c.answer.gradient.matrix(c.truth.gradient.slots()[2])(0, 1) = bad;
    EXPECT_EQ(c.worst().error, infinite);
    EXPECT_EQ(c.worst().ratio(), infinite) << "even if the bound is infinite";
    EXPECT_EQ(c.worst().tensor, "grad." + c.truth.gradient.slots()[2].name);
  }
}

TEST(Comparison, FindsANaNBeforeANumber) {
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

}  // namespace
}  // namespace slim::properties
