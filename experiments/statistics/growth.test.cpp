// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/growth.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace slim::experiments {
namespace {

/// y of nine sizes of ratio 2 with relative noise, seven samples each.
std::vector<Samples> noisy(const std::function<double(double)>& y, double noise,
                           std::uint64_t seed) {
  const Random random(seed, stream_named("growth"));
  std::vector<Samples> samples;
  std::uint64_t place = 0;
  for (double x = 512; x <= 131072; x *= 2) {
    Samples at{.size = x, .values = {}};
    for (int i = 0; i < 7; ++i) {
      at.values.push_back(y(x) * std::exp(noise * random.normal(place++)));
    }
    samples.push_back(at);
  }
  return samples;
}

struct Known {
  Growth growth;
  double (*y)(double);
};
const Known known[] = {
    {Growth::constant, [](double) { return 3.0; }},
    {Growth::logarithmic, [](double x) { return 1.0 + 2.0 * std::log(x); }},
    {Growth::square_root, [](double x) { return 5.0 + 0.5 * std::sqrt(x); }},
    {Growth::linear, [](double x) { return 100.0 + 0.1 * x; }},
    {Growth::linear_logarithmic, [](double x) { return 100.0 + 0.01 * x * std::log(x); }},
    {Growth::quadratic, [](double x) { return 1000.0 + 1e-4 * x * x; }},
};

/// Number of curves that are named, and that are named wrongly.
struct Names {
  int curves = 0;
  int named = 0;
  int wrong = 0;

  void add(const GrowthChoice& choice, Growth truth) {
    ++curves;
    named += choice.growth.has_value() ? 1 : 0;
    wrong += choice.growth.has_value() && *choice.growth != truth ? 1 : 0;
  }
};

TEST(Growth, IsWrongForAtMostOneOfAHundredCurvesOfAnyKindAndNoise) {
  int named = 0;
  int curves = 0;
  for (const auto& [growth, y] : known) {
    for (const double noise : {0.005, 0.02, 0.05, 0.1}) {
      Names names;
      for (std::uint64_t seed = 0; seed < 100; ++seed) {
        names.add(choose_growth(noisy(y, noise, seed)), growth);
      }
      EXPECT_LE(100 * names.wrong, names.curves) << name(growth) << " with noise " << noise;
      named += names.named;
      curves += names.curves;
    }
  }
  EXPECT_GE(named, curves / 2) << "most curves must be named";
}

/// A cost that rises by a factor around the size 2^place, as a logistic curve of log₂ x.
struct SoftKnee {
  double rise;
  double width;  ///< of the curve, in octaves
  double place;

  [[nodiscard]] double factor(double x) const {
    return 1.0 + rise / (1.0 + std::exp((place - std::log2(x)) / width));
  }
};

std::vector<SoftKnee> soft_knees() {
  std::vector<SoftKnee> knees;
  for (const double rise : {0.15, 0.3, 0.6, 1.5}) {
    for (const double width : {0.2, 1.0, 2.0}) {
      for (const double place : {11.0, 13.0, 15.0}) knees.push_back({rise, width, place});
    }
  }
  return knees;
}

TEST(Growth, UnderASoftKneeIsWrongForAtMostOneOfAHundredCurvesOfAnyKindAndNoise) {
  for (const auto& [growth, y] : known) {
    for (const double noise : {0.005, 0.02, 0.05, 0.1}) {
      Names names;
      for (const SoftKnee& knee : soft_knees()) {
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
          const auto cost = [&knee, &curve = y](double x) { return curve(x) * knee.factor(x); };
          names.add(choose_growth(noisy(cost, noise, seed)), growth);
        }
      }
      EXPECT_LE(100 * names.wrong, names.curves) << name(growth) << " with noise " << noise;
    }
  }
}

TEST(Growth, OfASoftKneeIsInconclusiveAndReportsWhere) {
  const auto cost = [](double x) { return 0.1 * x * SoftKnee{0.6, 1.0, 13.0}.factor(x); };
  const GrowthChoice choice = choose_growth(noisy(cost, 0.05, 1));
  EXPECT_FALSE(choice.growth.has_value());
  EXPECT_NE(choice.reason.find("so does L with a cost that rises by"), std::string::npos)
      << choice.reason;
}

TEST(Growth, OfCurvesWithLittleNoiseIsNamed) {
  for (const auto& [growth, y] : known) {
    const GrowthChoice choice = choose_growth(noisy(y, 0.005, 1));
    EXPECT_EQ(choice.growth, growth) << name(growth) << ": " << choice.reason;
  }
}

TEST(Growth, OfACurveWithAKneeIsInconclusiveAndReportsWhere) {
  const auto knee = [](double x) { return x <= 8192 ? 0.1 * x : 0.1 * x * 2.5; };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const GrowthChoice choice = choose_growth(noisy(knee, 0.01, seed));
    EXPECT_FALSE(choice.growth.has_value()) << name(*choice.growth);
    // The step is between two sizes, and the slope changes at both.
    EXPECT_TRUE(choice.reason.ends_with("at 8192") || choice.reason.ends_with("at 16384"))
        << choice.reason;
  }
}

TEST(Growth, RejectsTooFewSamplesAndValuesWithoutALogarithm) {
  std::vector<Samples> samples = noisy(known[0].y, 0.01, 1);
  EXPECT_THROW(choose_growth(std::span(samples).first(4)), ContractError);
  samples[0].values[0] = std::nan("");
  EXPECT_THROW(choose_growth(samples), ContractError);
  samples[0].values = {1.0, 2.0};
  EXPECT_THROW(choose_growth(samples), ContractError);
}

}  // namespace
}  // namespace slim::experiments
