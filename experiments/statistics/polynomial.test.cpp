// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/polynomial.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace slim::experiments {
namespace {

TEST(Polynomial, IsEvaluatedFarFromItsCounts) {
  // 3x² - 2x + 7
  const std::vector<CountAt> square = {{1, 8}, {2, 15}, {3, 28}, {4, 47}};
  EXPECT_EQ(extrapolate(square, 64), 3 * 64 * 64 - 2 * 64 + 7);
  EXPECT_EQ(extrapolate(square, 2), 15);
  const std::vector<CountAt> line = {{2, 10}, {3, 13}, {4, 16}};
  EXPECT_EQ(extrapolate(line, 1 << 20), 4 + 3 * (1 << 20));
}

TEST(Polynomial, ADifferenceOfOneUnitInTheHeldOutCountIsDetected) {
  EXPECT_FALSE(extrapolate(std::vector<CountAt>{{1, 8}, {2, 15}, {3, 28}, {4, 48}}, 9));
  EXPECT_FALSE(extrapolate(std::vector<CountAt>{{1, 1}, {2, 4}, {3, 9}}, 9))
      << "squares are not linear";
}

TEST(Polynomial, IsEmptyWhenTheValueExceeds64Bits) {
  EXPECT_FALSE(extrapolate(std::vector<CountAt>{{1, 0}, {2, 1}, {3, 2}}, INT64_MIN));
}

TEST(Polynomial, SizesWithAGapAreRejected) {
  EXPECT_THROW(extrapolate(std::vector<CountAt>{{1, 1}, {3, 3}, {4, 4}}, 9), std::invalid_argument);
  EXPECT_THROW(extrapolate(std::vector<CountAt>{{1, 1}}, 9), std::invalid_argument);
}

}  // namespace
}  // namespace slim::experiments
