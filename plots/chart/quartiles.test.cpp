// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/quartiles.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::plots {
namespace {

TEST(Quartiles, interpolate_between_order_statistics) {
  // Sorted 1 2 3 4: indices 0.75, 1.5 and 2.25.
  const Quartiles q = quartiles({4.0, 1.0, 3.0, 2.0});
  EXPECT_EQ(q.lower, 1.75);
  EXPECT_EQ(q.median, 2.5);
  EXPECT_EQ(q.upper, 3.25);
  EXPECT_EQ(q.samples, 4U);
}

TEST(Quartiles, of_an_odd_sample_are_members_of_it) {
  const Quartiles q = quartiles({5.0, 1.0, 4.0, 2.0, 3.0});
  EXPECT_EQ(q.lower, 2.0);
  EXPECT_EQ(q.median, 3.0);
  EXPECT_EQ(q.upper, 4.0);
}

TEST(Quartiles, of_one_value_are_that_value) {
  const Quartiles q = quartiles({0.1});
  EXPECT_EQ(q.lower, 0.1);
  EXPECT_EQ(q.median, 0.1);
  EXPECT_EQ(q.upper, 0.1);
}

TEST(Quartiles, refuse_an_empty_sample_and_values_that_are_not_finite) {
  EXPECT_THROW(quartiles({}), ContractError);
  EXPECT_THROW(quartiles({1.0, NAN}), ContractError);
  EXPECT_THROW(quartiles({1.0, HUGE_VAL}), ContractError);
}

TEST(MeanAndDeviation, are_those_of_a_sample) {
  const Quartiles of_three = mean_and_deviation({1.0, 2.0, 6.0});  // squares: 4 + 1 + 9
  EXPECT_DOUBLE_EQ(of_three.median, 3.0);
  EXPECT_DOUBLE_EQ(of_three.upper, 3.0 + std::sqrt(7.0));
  EXPECT_DOUBLE_EQ(of_three.lower, 3.0 - std::sqrt(7.0));
  EXPECT_EQ(of_three.samples, 3U);
  EXPECT_EQ(mean_and_deviation({5.0}).upper, 5.0);
  EXPECT_THROW(mean_and_deviation({}), ContractError);
  EXPECT_THROW(mean_and_deviation({1.0, HUGE_VAL}), ContractError);
  EXPECT_EQ(summarised({1.0, 2.0, 6.0}, Spread::quartiles).median, 2.0);
  EXPECT_EQ(summarised({1.0, 2.0, 6.0}, Spread::deviation).median, 3.0);
}

}  // namespace
}  // namespace slim::plots
