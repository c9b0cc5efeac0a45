// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/cross_entropy.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

/// Two targets, 1 and 0, with a vocabulary of 2.
Sequences two_targets() {
  Sequences sequences(1, 2);
  sequences.tokens(0)[1] = 1;
  return sequences;
}

TEST(CrossEntropy, OfEqualLogitsIsTheLogarithmOfTheVocabulary) {
  const auto result = cross_entropy<double>(Matrix<double>::Zero(2, 2), two_targets(), 0, 2.0);
  EXPECT_DOUBLE_EQ(result.loss, std::log(2.0));
  EXPECT_EQ(result.dlogits, (Matrix<double>(2, 2) << 0.25, -0.25, -0.25, 0.25).finished());
}

TEST(CrossEntropy, DoesNotOverflowWithHugeLogits) {
  Matrix<float> logits(2, 2);
  logits << 1e30F, 0.0F, 1e30F, 0.0F;
  const auto result = cross_entropy<float>(logits, two_targets(), 0, 1.0F);
  EXPECT_EQ(result.loss, 1e30F);
  EXPECT_EQ(result.dlogits, (Matrix<float>(2, 2) << 1, -1, 0, 0).finished());
}

TEST(CrossEntropy, IgnoresMaskedTargets) {
  Sequences sequences = two_targets();
  sequences.add_mask();
  sequences.mask(0)[1] = 0;  // indexed by the target's column
  const auto result = cross_entropy<double>(Matrix<double>::Zero(2, 2), sequences, 0, 1.0);
  EXPECT_DOUBLE_EQ(result.loss, std::log(2.0));
  EXPECT_EQ(result.dlogits, (Matrix<double>(2, 2) << 0, 0, -0.5, 0.5).finished());
}

TEST(CrossEntropy, IsZeroWithoutCountedTargets) {
  const auto result = cross_entropy<double>(Matrix<double>::Zero(2, 2), two_targets(), 0, 0.0);
  EXPECT_EQ(result.loss, 0.0);
  EXPECT_TRUE(result.dlogits.isZero(0.0));
}

}  // namespace
}  // namespace slim::reference
