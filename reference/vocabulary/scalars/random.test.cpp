// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <vector>

namespace slim {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Random, HasTheBitsOfPhilox4x32With10Rounds) {
  // Known-answer tests of the generator's authors (Random123, kat_vectors).
  EXPECT_EQ(Random(0, 0).bits(0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const std::uint64_t ones = ~std::uint64_t{0};
  EXPECT_EQ(Random(ones, ones).bits(ones), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Random(0x299f31d0a4093822, 0x0370734413198a2e).bits(0x85a308d3243f6a88),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsUniformInZeroToOne) {
  const Random random(1);
  double sum = 0.0;
  double square = 0.0;
  constexpr int count = 100000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = random.uniform(i);
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
    square += x * x;
  }
  // Five standard deviations: 1/√12 and √(4/45) over √count.
  EXPECT_NEAR(sum / count, 0.5, 5 * 0.2887 / std::sqrt(count));
  EXPECT_NEAR(square / count, 1.0 / 3.0, 5 * 0.2981 / std::sqrt(count));
}

TEST(Random, IsNormalInItsFirstFourMoments) {
  const Random random(2, 5);
  double moments[4] = {};
  constexpr int count = 200000;
  for (std::uint64_t i = 0; i < count; ++i) {
    const double x = random.normal(i);
    double power = 1.0;
    for (double& moment : moments) moment += (power *= x) / count;
  }
  // Five standard deviations of each mean: √1, √2, √15, √96 over √count.
  const double unit = 5.0 / std::sqrt(count);
  EXPECT_NEAR(moments[0], 0.0, unit);
  EXPECT_NEAR(moments[1], 1.0, unit * std::sqrt(2.0));
  EXPECT_NEAR(moments[2], 0.0, unit * std::sqrt(15.0));
  EXPECT_NEAR(moments[3], 3.0, unit * std::sqrt(96.0));
}

TEST(Random, HasTheSameNormalBitsEverywhere) {
  const auto bits = [](std::uint64_t seed, std::uint64_t stream, std::uint64_t place) {
    return std::bit_cast<std::uint64_t>(Random(seed, stream).normal(place));
  };
  EXPECT_EQ(bits(0, 0, 0), 0xbfe497243147e87fU);
  EXPECT_EQ(bits(1, 2, 3), 0x3ff1a0d49d989e0cU);
  EXPECT_EQ(bits(42, stream_named("tokens"), 1000000), 0x3fd72bb63bd44b84U);
}

TEST(Random, DrawsManyNormalNumbersToTheBitsOfOneByOne) {
  const Random random(5, 9);
  for (const std::size_t count : {0U, 1U, 31U, 32U, 33U, 1000U}) {
    std::vector<double> values(count);
    random.normals(77, values);
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(values[i], random.normal(77 + i)) << i;
  }
}

TEST(Random, IsUniformBelowACount) {
  const Random random(3);
  std::vector<int> seen(5, 0);
  for (std::uint64_t i = 0; i < 50000; ++i) ++seen.at(random.below(5, i));
  for (const int times : seen) EXPECT_NEAR(times, 10000, 5 * std::sqrt(50000 * 0.16));
  EXPECT_EQ(random.below(1, 7), 0U);
}

}  // namespace
}  // namespace slim
