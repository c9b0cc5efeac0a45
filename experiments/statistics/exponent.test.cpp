// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/exponent.hpp"

#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::experiments {
namespace {

/// y = 3 · sizeᵇ · exp(noise · normal) at 8 sizes of ratio 2, 7 samples each.
std::vector<Samples> synthetic(double b, double noise, std::uint64_t seed) {
  const Random random(seed, stream_named("synthetic"));
  std::vector<Samples> samples;
  std::uint64_t place = 0;
  for (int doublings = 0; doublings < 8; ++doublings) {
    const double size = std::ldexp(512.0, doublings);
    Samples at{.size = size, .values = {}};
    for (int i = 0; i < 7; ++i) {
      at.values.push_back(3.0 * std::pow(size, b) * std::exp(noise * random.normal(place++)));
    }
    samples.push_back(at);
  }
  return samples;
}

TEST(Median, DoesNotDependOnTheOrder) {
  EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2.0);
  EXPECT_EQ(median(std::vector<double>{4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median(std::vector<double>{7}), 7.0);
  EXPECT_EQ(median(std::vector<double>{1, 1e300, 2}), 2.0);
}

TEST(Median, RejectsEmptyInputAndNaN) {
  EXPECT_THROW(median({}), ContractError);
  EXPECT_THROW(median(std::vector<double>{1.0, std::nan("")}), ContractError);
}

TEST(Exponent, IsExactWithoutNoise) {
  for (const double b : {0.0, 0.5, 1.0, 2.0}) {
    const Exponent exponent = fit_exponent(synthetic(b, 0.0, 1));
    EXPECT_NEAR(exponent.value, b, 1e-12);
    EXPECT_NEAR(exponent.high - exponent.low, 0.0, 1e-12);
  }
}

TEST(Exponent, IntervalContainsTheTruthAboutAsOftenAsStated) {
  int held = 0;
  constexpr int trials = 100;
  for (std::uint64_t seed = 0; seed < trials; ++seed) {
    const Exponent exponent = fit_exponent(synthetic(1.0, 0.05, seed), 0.95, 1, 400);
    held += exponent.low <= 1.0 && 1.0 <= exponent.high ? 1 : 0;
    EXPECT_LT(exponent.high - exponent.low, 0.1);
    EXPECT_LE(exponent.low, exponent.high);
  }
  // The coverage of bootstrap intervals of medians from 7 samples differs slightly from 95 %.
  EXPECT_GE(held, 85);
}

TEST(Exponent, AnOutlierDoesNotChangeIt) {
  std::vector<Samples> samples = synthetic(1.0, 0.0, 1);
  samples.back().values.front() *= 100.0;
  EXPECT_NEAR(fit_exponent(samples).value, 1.0, 1e-12);
}

TEST(Exponent, TheSameSeedGivesTheSameInterval) {
  const auto samples = synthetic(1.0, 0.1, 3);
  EXPECT_EQ(fit_exponent(samples, 0.95, 5).low, fit_exponent(samples, 0.95, 5).low);
  EXPECT_NE(fit_exponent(samples, 0.95, 5).low, fit_exponent(samples, 0.95, 6).low);
}

TEST(Exponent, RejectsValuesWithoutALogarithm) {
  std::vector<Samples> samples = synthetic(1.0, 0.0, 1);
  EXPECT_THROW(fit_exponent(std::vector<Samples>{samples[0]}), ContractError);
  samples[1].values[0] = std::nan("");
  EXPECT_THROW(fit_exponent(samples), ContractError);
  samples[1].values[0] = 0.0;
  EXPECT_THROW(fit_exponent(samples), ContractError);
  samples[1].values.clear();
  EXPECT_THROW(fit_exponent(samples), ContractError);
}

}  // namespace
}  // namespace slim::experiments
