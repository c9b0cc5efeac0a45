#include "experiments/statistics/growth.hpp"

#include "reference/vocabulary/contract.hpp"
#include "reference/vocabulary/random.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::experiments {
namespace {

/// y of nine sizes of ratio 2 with relative noise, seven samples each.
std::vector<Samples> noisy(double (*y)(double), double noise, std::uint64_t seed) {
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

TEST(Growth, IsWronglyNamedInAtMostOneOfAHundredCurves) {
  int wrong = 0;
  int named = 0;
  int trials = 0;
  for (const auto& [growth, y] : known) {
    for (const double noise : {0.005, 0.02, 0.1}) {
      for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const GrowthChoice choice = choose_growth(noisy(y, noise, seed));
        ++trials;
        named += choice.growth.has_value() ? 1 : 0;
        wrong += choice.growth.has_value() && *choice.growth != growth ? 1 : 0;
      }
    }
  }
  EXPECT_LE(wrong, trials / 100);
  EXPECT_GE(named, trials / 2) << "and it names most";
}

TEST(Growth, OfQuietCurvesIsNamed) {
  for (const auto& [growth, y] : known) {
    const GrowthChoice choice = choose_growth(noisy(y, 0.005, 1));
    EXPECT_EQ(choice.growth, growth) << name(growth) << ": " << choice.reason;
  }
}

TEST(Growth, OfACurveWithAKneeIsInconclusiveAndSaysWhere) {
  const auto knee = [](double x) { return x <= 8192 ? 0.1 * x : 0.1 * x * 2.5; };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const GrowthChoice choice = choose_growth(noisy(knee, 0.01, seed));
    EXPECT_FALSE(choice.growth.has_value()) << name(*choice.growth);
    // The step lies between two sizes, and the slope changes at both.
    EXPECT_TRUE(choice.reason.ends_with("at 8192") || choice.reason.ends_with("at 16384"))
        << choice.reason;
  }
}

TEST(Growth, RefusesTooLittleAndWhatHasNoLogarithm) {
  std::vector<Samples> samples = noisy(known[0].y, 0.01, 1);
  EXPECT_THROW(choose_growth(std::span(samples).first(4)), ContractError);
  samples[0].values[0] = std::nan("");
  EXPECT_THROW(choose_growth(samples), ContractError);
  samples[0].values = {1.0, 2.0};
  EXPECT_THROW(choose_growth(samples), ContractError);
}

}  // namespace
}  // namespace slim::experiments
