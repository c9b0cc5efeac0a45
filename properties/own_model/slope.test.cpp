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
/// with jumps in a derivative and smooth ones; x and a direction v are drawn, too.
struct SumOfRidges {
  static constexpr int ridges = 24;
  static constexpr std::uint64_t width = 8;
  std::array<double, ridges> inner = {};  ///< ⟨w_j, x⟩
  std::array<double, ridges> along = {};  ///< ⟨w_j, v⟩
  std::array<double, ridges> a = {};
  double scale = 0.0;  ///< the root of Σ ((entry of the gradient at x) · (entry of v))²

  explicit SumOfRidges(const Random& random) {
    std::array<double, width> parts = {};
    for (std::size_t j = 0; j < ridges; ++j) {
      const std::uint64_t first = 1000 * (j + 1);
      for (std::uint64_t i = 0; i < width; ++i) {
        inner.at(j) += random.normal(first + i) * random.normal(i);
        along.at(j) += random.normal(first + i) * random.normal(500 + i);
      }
      a.at(j) = random.normal(first + 999) / ridges;
      for (std::uint64_t i = 0; i < width; ++i) {
        parts.at(i) += a.at(j) * slope_of_map(j, inner.at(j)) * random.normal(first + i) *
                       random.normal(500 + i);
      }
    }
    for (const double part : parts) scale += part * part;
    scale = std::sqrt(scale);
  }
  static double map(std::size_t j, double x) {
    switch (j % 5) {
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
  static double slope_of_map(std::size_t j, double x) {
    switch (j % 5) {
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
  /// The value at x + h·v.
  [[nodiscard]] double at(double h) const {
    double sum = 0.0;
    for (std::size_t j = 0; j < ridges; ++j) {
      sum += a.at(j) * map(j, inner.at(j) + h * along.at(j));
    }
    return sum;
  }
  /// The slope along v at x.
  [[nodiscard]] double slope() const {
    double sum = 0.0;
    for (std::size_t j = 0; j < ridges; ++j) {
      sum += a.at(j) * slope_of_map(j, inner.at(j)) * along.at(j);
    }
    return sum;
  }
};

struct Trial {
  Slope slope;
  double error;  ///< of slope.value
  double scale;  ///< of the slope, as slope_along() has it
};

/// A summand that makes one trial hard.
struct Added {
  double kink_at = 0.0;    ///< max(0, h − kink_at); none if it is 0
  double cancelled = 0.0;  ///< is added to the sum and subtracted again, so that it is rounded
  double scale = 1.0;      ///< of everything else
};

/// The slope of a function, from values that are rounded to a scalar.
Trial trial(std::uint64_t seed, Scalar scalar, const Added& added = {}) {
  const SumOfRidges f(Random{seed});
  const auto rounded = [&](double h) {
    const double kink = added.kink_at == 0.0 ? 0.0 : std::max(0.0, h - added.kink_at);
    volatile double value = added.scale * f.at(h) + kink + added.cancelled;
    value = value - added.cancelled;
    return scalar == Scalar::float32 ? static_cast<double>(static_cast<float>(value)) : value;
  };
  Differences of{.steps = slope_steps(scalar), .above = {}, .below = {}, .middle = rounded(0.0)};
  for (const double h : of.steps) {
    of.above.push_back(rounded(h));
    of.below.push_back(rounded(-h));
  }
  const double unit = unit_roundoff(scalar);
  const double noise =
      added.cancelled == 0.0 ? 8.0 * unit * (1.0 + std::abs(of.middle)) : 2.0 * unit * of.middle;
  const Slope slope = slope_of(of, std::abs(noise));
  const double exact = added.scale * f.slope() + (added.kink_at < 0.0 ? 1.0 : 0.0);
  return {.slope = slope,
          .error = std::abs(slope.value - exact),
          .scale = std::max(added.scale * f.scale, std::abs(slope.value))};
}

/// `add` makes each trial hard, from its random numbers. Returns how many estimates are at most
/// `accurate` of the scale.
template <class Add>
int honest_trials(Add add, double accurate) {
  int count = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const Trial of = trial(seed, Scalar::float64, add(Random(seed, 1)));
    EXPECT_LE(of.error, of.slope.error) << "seed " << seed;
    count += of.slope.error <= accurate * of.scale ? 1 : 0;
  }
  return count;
}

TEST(OwnSlope, EstimatesItsErrorHonestlyInAThousandDirections) {
  EXPECT_GE(honest_trials([](const Random&) { return Added{}; }, 1e-6), 990)
      << "an estimate that is always large would be honest, too";
}

TEST(OwnSlope, IsHonestWhereTheDerivativeJumpsCloseToThePoint) {
  const auto kink = [](const Random& random) {
    const double at = std::exp2(-26.0 + 22.0 * random.uniform(0));
    return Added{.kink_at = random.below(2, 1) == 1 ? at : -at};
  };
  EXPECT_GE(honest_trials(kink, 0.01), 500);
}

TEST(OwnSlope, IsHonestWhereTheFunctionIsASmallDifferenceOfLargeNumbers) {
  const auto cancelled = [](const Random& random) {
    return Added{.cancelled = std::pow(10.0, 6.0 * random.uniform(0))};
  };
  EXPECT_GE(honest_trials(cancelled, 1e-4), 990);
}

TEST(OwnSlope, IsHonestForFunctionsOfVeryDifferentScales) {
  const auto scaled = [](const Random& random) {
    const double scale = std::pow(10.0, -7.0 + 12.0 * random.uniform(0));
    return Added{.cancelled = 1.0, .scale = scale};
  };
  EXPECT_GE(honest_trials(scaled, 0.01), 990);
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
  const Slope slope = slope_of({.steps = steps, .above = nan, .below = nan}, 0.0);
  EXPECT_TRUE(std::isinf(slope.error));
}

}  // namespace
}  // namespace slim::properties::own_model
