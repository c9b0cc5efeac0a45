// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/slope.hpp"

#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace slim::properties::own_model {
namespace {

/// A function of many numbers with its gradient: Σ a_j f(⟨w_j, x⟩) / count, where the f are maps
/// with jumps in a derivative and smooth ones.
struct SumOfRidges {
  static constexpr int ridges = 24;
  static constexpr std::uint64_t width = 8;
  Random random;

  static double map(int kind, double x) {
    switch (kind) {
      case 0:
        return std::max(0.0, x);
      case 1:
        return x > 0.0 ? x + 1.0 : std::exp(x);
      case 2:
        return x > 0.0 ? x * x : 0.0;
      case 3:
        return x * x;
      default:
        return std::log1p(std::exp(2.0 * x));
    }
  }
  static double slope_of_map(int kind, double x) {
    switch (kind) {
      case 0:
        return x > 0.0 ? 1.0 : 0.0;
      case 1:
        return x > 0.0 ? 1.0 : std::exp(x);
      case 2:
        return x > 0.0 ? 2.0 * x : 0.0;
      case 3:
        return 2.0 * x;
      default:
        return 2.0 / (1.0 + std::exp(-2.0 * x));
    }
  }
  /// The value and the slope at x + h·v, where x and v are drawn, too.
  [[nodiscard]] std::array<double, 2> at(double h) const {
    std::array<double, 2> sums = {0.0, 0.0};
    for (int j = 0; j < ridges; ++j) {
      const auto first = static_cast<std::uint64_t>(1000 * (j + 1));
      double inner = 0.0;
      double along = 0.0;
      for (std::uint64_t i = 0; i < width; ++i) {
        const double w = random.normal(first + i);
        inner += w * (random.normal(i) + h * random.normal(500 + i));
        along += w * random.normal(500 + i);
      }
      const double a = random.normal(first + 999) / ridges;
      sums[0] += a * map(j % 5, inner);
      sums[1] += a * slope_of_map(j % 5, inner) * along;
    }
    return sums;
  }
};

TEST(OwnSlope, EstimatesItsErrorHonestlyInAThousandDirections) {
  int accurate = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const SumOfRidges f{Random(seed)};
    std::vector<double> above;
    std::vector<double> below;
    for (const double h : slope_steps()) {
      above.push_back(f.at(h)[0]);
      below.push_back(f.at(-h)[0]);
    }
    const double noise = 8.0 * std::ldexp(1.0, -53) * (1.0 + std::abs(f.at(0.0)[0]));
    const Slope slope = slope_of(above, below, noise);
    const double error = std::abs(slope.value - f.at(0.0)[1]);
    EXPECT_LE(error, slope.error) << "seed " << seed;
    accurate += slope.error <= 1e-6 ? 1 : 0;
  }
  EXPECT_GE(accurate, 990) << "an estimate that is always large would be honest, too";
}

TEST(OwnSlope, HasNoEstimateWhereTheFunctionIsNotFinite) {
  const std::vector<double> nan(slope_steps().size(), std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isinf(slope_of(nan, nan, 0.0).error));
}

}  // namespace
}  // namespace slim::properties::own_model
