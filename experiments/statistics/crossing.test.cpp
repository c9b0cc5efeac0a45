// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/crossing.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace slim::experiments {
namespace {

TEST(Crossing, IsWhereTwoPowersIntersect) {
  // x² / 100 and x intersect at 100, between 64 and 128.
  std::vector<CostPair> costs;
  for (double x = 16; x <= 1024; x *= 2) costs.push_back({x, x * x / 100.0, x});
  const auto crossing = find_crossing(costs);
  ASSERT_TRUE(crossing.has_value());
  EXPECT_NEAR(crossing->size, 100.0, 1e-9);
  EXPECT_EQ(crossing->low, 64.0);
  EXPECT_EQ(crossing->high, 128.0);
}

TEST(Crossing, IsTheLastOfSeveralIntersections) {
  const std::vector<CostPair> costs = {{1, 1, 2}, {2, 3, 2}, {4, 1, 2}, {8, 4, 2}};
  EXPECT_EQ(find_crossing(costs)->low, 4.0);
}

TEST(Crossing, IsAtTheStartWhenTheSteepCostIsNeverLower) {
  const auto crossing = find_crossing(std::vector<CostPair>{{8, 2, 1}, {16, 4, 1}});
  ASSERT_TRUE(crossing.has_value());
  EXPECT_EQ(crossing->low, 0.0);
  EXPECT_EQ(crossing->high, 8.0);
}

TEST(Crossing, IsEmptyWhenTheSteepCostIsLowerAtTheEnd) {
  EXPECT_FALSE(find_crossing(std::vector<CostPair>{{8, 1, 2}, {16, 3, 2}, {32, 1, 2}}));
  EXPECT_FALSE(find_crossing({}));
  EXPECT_FALSE(find_crossing(std::vector<CostPair>{{8, 2, 1}}));
  EXPECT_THROW(find_crossing(std::vector<CostPair>{{8, 1, 2}, {16, std::nan(""), 1}}),
               ContractError);
  EXPECT_THROW(find_crossing(std::vector<CostPair>{{8, 1, 2}, {8, 2, 1}}), ContractError);
}

}  // namespace
}  // namespace slim::experiments
