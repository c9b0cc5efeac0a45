// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/exact_law.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <bit>

namespace slim::experiments {
namespace {

std::vector<CountOf> grid(std::int64_t (*y)(std::int64_t L, std::int64_t C)) {
  std::vector<CountOf> counts;
  for (const std::int64_t C : {4, 7, 8, 16, 33}) {
    for (const std::int64_t N : {1, 2, 3, 5}) counts.push_back({N * C, C, y(N * C, C)});
  }
  return counts;
}

TEST(ExactLaw, FitsCountsThatFollowIt) {
  const auto square = fit_exact_law(
      Law::quadratic, grid([](std::int64_t L, std::int64_t) { return 3 * L * L - 2 * L + 7; }));
  ASSERT_TRUE(square.has_value());
  EXPECT_EQ(square->residual, 0.0);
  EXPECT_EQ(square->constants, (std::vector<double>{7, -2, 3}));
  EXPECT_EQ(square->formula, "3 L² − 2 L + 7");
  const auto depth = fit_exact_law(Law::slices_depth, grid([](std::int64_t L, std::int64_t C) {
                                     const std::int64_t levels =
                                         std::bit_width(static_cast<std::uint64_t>(C - 1));
                                     return L / C * (5 * levels + 11) - 2;
                                   }));
  ASSERT_TRUE(depth.has_value());
  EXPECT_EQ(depth->residual, 0.0);
  EXPECT_EQ(depth->constants, (std::vector<double>{-2, 0, 11, 5}));
  EXPECT_EQ(value_at(Law::slices_depth, *depth, {.length = 96, .slice = 32, .y = 0}),
            3 * (5 * 5 + 11) - 2);
}

TEST(ExactLaw, ADifferenceOfOneUnitGivesAResidual) {
  auto counts = grid([](std::int64_t L, std::int64_t) { return 3 * L; });
  EXPECT_EQ(fit_exact_law(Law::linear, counts)->residual, 0.0);
  for (CountOf& count : counts) {
    ++count.y;
    EXPECT_GT(fit_exact_law(Law::linear, counts)->residual, 0.0);
    --count.y;
  }
}

TEST(ExactLaw, CountsOfAnotherLawGiveAResidual) {
  const auto square = grid([](std::int64_t L, std::int64_t) { return L * L; });
  for (const Law law : {Law::constant, Law::linear, Law::logarithmic, Law::slice, Law::slices}) {
    EXPECT_GT(fit_exact_law(law, square)->residual, 0.0);
  }
}

TEST(ExactLaw, IsEmptyForTooFewCounts) {
  EXPECT_FALSE(fit_exact_law(Law::constant, {}));
  EXPECT_FALSE(fit_exact_law(Law::linear, std::vector<CountOf>{{1, 1, 1}, {2, 1, 2}}));
  EXPECT_FALSE(fit_exact_law(Law::linear, std::vector<CountOf>{{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}));
  EXPECT_THROW(parse_law("cubic"), ContractError);
}

}  // namespace
}  // namespace slim::experiments
