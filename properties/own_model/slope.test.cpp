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
  /// The root of the sum of squares of (entry of the gradient) · (entry of v) at x.
  [[nodiscard]] double scale() const {
    std::array<double, width> parts = {};
    for (int j = 0; j < ridges; ++j) {
      const auto first = static_cast<std::uint64_t>(1000 * (j + 1));
      double inner = 0.0;
      for (std::uint64_t i = 0; i < width; ++i)
        inner += random.normal(first + i) * random.normal(i);
      const double slope = random.normal(first + 999) / ridges * slope_of_map(j % 5, inner);
      for (std::uint64_t i = 0; i < width; ++i) {
        parts.at(i) += slope * random.normal(first + i) * random.normal(500 + i);
      }
    }
    double squares = 0.0;
    for (const double part : parts) squares += part * part;
    return std::sqrt(squares);
  }
};

struct Trial {
  Slope slope;
  double error;  ///< of slope.value
  double scale;  ///< of the slope, as slope_along() has it
};

/// The slope of a function, from values that are rounded to a scalar.
Trial trial(std::uint64_t seed, Scalar scalar) {
  const SumOfRidges f{Random(seed)};
  const bool is_coarse = scalar == Scalar::float32;
  const auto rounded = [&](double h) {
    const double value = f.at(h)[0];
    return is_coarse ? static_cast<double>(static_cast<float>(value)) : value;
  };
  const std::vector<double> steps = slope_steps(scalar);
  std::vector<double> above;
  std::vector<double> below;
  for (const double h : steps) {
    above.push_back(rounded(h));
    below.push_back(rounded(-h));
  }
  const double noise = 8.0 * unit_roundoff(scalar) * (1.0 + std::abs(f.at(0.0)[0]));
  const Slope slope =
      slope_of(steps, above, below, noise, is_coarse ? std::optional(rounded(0.0)) : std::nullopt);
  return {.slope = slope,
          .error = std::abs(slope.value - f.at(0.0)[1]),
          .scale = std::max(f.scale(), std::abs(slope.value))};
}

TEST(OwnSlope, EstimatesItsErrorHonestlyInAThousandDirections) {
  int accurate = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Trial of = trial(seed, Scalar::float64);
    EXPECT_LE(of.error, of.slope.error) << "seed " << seed;
    accurate += of.slope.error <= 1e-6 ? 1 : 0;
  }
  EXPECT_GE(accurate, 990) << "an estimate that is always large would be honest, too";
}

TEST(OwnSlope, ErrsInFloat32ByLessThanTheWideBand) {
  int beyond = 0;
  int resolved = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Trial of = trial(seed, Scalar::float32);
    const double bound = std::max(4.0 * of.slope.error, 0.05 * of.scale);
    EXPECT_LE(of.error, 2.0 * bound) << "seed " << seed;
    beyond += of.error <= bound ? 0 : 1;
    resolved += bound <= 0.25 * of.scale ? 1 : 0;
  }
  EXPECT_LE(beyond, 2) << "SUSPECT is rare";
  EXPECT_GE(resolved, 950);
}

TEST(OwnSlope, HasNoEstimateWhereTheFunctionIsNotFinite) {
  const std::vector<double> steps = slope_steps(Scalar::float64);
  const std::vector<double> nan(steps.size(), std::numeric_limits<double>::quiet_NaN());
  EXPECT_TRUE(std::isinf(slope_of(steps, nan, nan, 0.0).error));
}

}  // namespace
}  // namespace slim::properties::own_model
