// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/affine.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace slim::experiments {
namespace {

TEST(Affine, FindsTheLineThroughTheCounts) {
  const std::vector<CountAt> counts = {{40, 127}, {10, 37}, {20, 67}, {100, 307}};
  const auto fit = fit_affine(counts);
  ASSERT_TRUE(fit.has_value());
  EXPECT_EQ(fit->slope, 3.0);
  EXPECT_EQ(fit->intercept, 7.0);
  EXPECT_EQ(fit->residual, 0.0);
  EXPECT_EQ(fit->held_out, 2);
}

TEST(Affine, DetectsOneUnitInLargeCounts) {
  constexpr std::int64_t large = 4'000'000'000'000'000'000;
  EXPECT_EQ(fit_affine(std::vector<CountAt>{{1, large}, {2, large}, {3, large}})->residual, 0.0);
  EXPECT_EQ(fit_affine(std::vector<CountAt>{{1, large}, {2, large}, {3, large + 1}})->residual,
            1.0);
}

TEST(Affine, DetectsACurve) {
  EXPECT_GT(fit_affine(std::vector<CountAt>{{1, 1}, {2, 4}, {3, 9}})->residual, 0.0);
  EXPECT_GT(fit_affine(std::vector<CountAt>{{1, 0}, {2, 1}, {4, 2}, {8, 3}})->residual, 0.0);
}

TEST(Affine, SlopeNeedNotBeAnInteger) {
  const auto fit = fit_affine(std::vector<CountAt>{{0, 0}, {2, 1}, {6, 3}});
  EXPECT_EQ(fit->residual, 0.0);
  EXPECT_EQ(fit->slope, 0.5);
}

TEST(Affine, TwoCountsAtOneSizeGiveAResidual) {
  EXPECT_EQ(fit_affine(std::vector<CountAt>{{1, 1}, {1, 2}, {2, 2}, {3, 3}})->residual, 1.0);
}

TEST(Affine, IsEmptyForTwoSizes) {
  EXPECT_FALSE(fit_affine({}).has_value());
  EXPECT_FALSE(fit_affine(std::vector<CountAt>{{1, 1}, {2, 2}, {2, 2}}).has_value());
}

}  // namespace
}  // namespace slim::experiments
