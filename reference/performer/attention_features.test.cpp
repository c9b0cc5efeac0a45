// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/attention_features.hpp"

#include "reference/performer/attention.hpp"
#include "reference/proofs/drawn_attention.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

/// One head's array [rows, cols].
Heads<double> array(Index rows, std::initializer_list<double> values) {
  const auto entries = static_cast<Index>(values.size());
  Heads<double> result({1, 1, rows, entries / rows}, MemoryTag::parameters);
  std::ranges::copy(values, result.values().begin());
  return result;
}

std::vector<double> features_of(const FeaturesInputs<double>& inputs) {
  FeaturesResult<double> result;
  features(inputs.task(), result);
  return {result.out.values().begin(), result.out.values().end()};
}

void expect_near(const std::vector<double>& got, const std::vector<double>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], wanted[i], 1e-15) << i;
}

constexpr FeatureMap absolute{FeatureKind::absolute};
constexpr FeatureMap favor{FeatureKind::favor_plus};

TEST(AttentionFeatures, WithDefaultConventionsAreThePerformersToTheBit) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    AttentionInputs<double> drawn = drawn_attention(seed);
    drawn.conventions = {};
    const FeaturesInputs<double> inputs{
        .x = drawn.q, .feature_map = drawn.feature_map, .omega = drawn.omega};
    FeaturesResult<double> result;
    features(inputs.task(), result);
    const auto [B, H, L, D] = drawn.q.sizes();
    for (Index b = 0; b < B; ++b) {
      for (Index h = 0; h < H; ++h) {
        const MatrixView<const double> omega = drawn.omega.empty()
                                                   ? MatrixView<const double>(nullptr, 0, 0)
                                                   : std::as_const(drawn.omega)(0, h);
        const FeatureFunction<double> g{drawn.feature_map, {}, omega};
        EXPECT_EQ(result.out(b, h), features<double>(g, drawn.q(b, h))) << seed;
      }
    }
  }
}

TEST(AttentionFeatures, AreScaledOnTheSideOfTheConvention) {
  FeaturesInputs<double> inputs{.x = array(1, {1, -2, 3, 4}), .feature_map = absolute};
  const auto with = [&](Scaling scaling, bool is_query) {
    inputs.conventions.scaling = scaling;
    inputs.is_query = is_query;
    return features_of(inputs);
  };
  const double half_root = std::sqrt(0.5);
  const std::vector<double> whole = {1, 2, 3, 4};
  const std::vector<double> half = {0.5, 1, 1.5, 2};
  const std::vector<double> root = {half_root, 2 * half_root, 3 * half_root, 4 * half_root};
  for (const bool is_query : {true, false}) {
    expect_near(with(Scaling::by_feature_map, is_query), whole);
    expect_near(with(Scaling::none, is_query), whole);
    expect_near(with(Scaling::queries, is_query), is_query ? half : whole);
    expect_near(with(Scaling::keys, is_query), is_query ? whole : half);
    expect_near(with(Scaling::both, is_query), root);
  }
}

TEST(AttentionFeatures, IncludeEpsilonAndTheRootOfTheirNumber) {
  FeaturesInputs<double> inputs{.x = array(1, {1, -2, 3, 4}), .feature_map = absolute};
  inputs.conventions.epsilons = {EpsilonPlace::denominator, 0.5};
  expect_near(features_of(inputs), {1, 2, 3, 4});
  inputs.conventions.epsilons = {EpsilonPlace::feature, 0.5};
  expect_near(features_of(inputs), {1.5, 2.5, 3.5, 4.5});
  inputs.conventions.divides_by_root_features = true;
  expect_near(features_of(inputs), {0.75, 1.25, 1.75, 2.25});
  inputs.conventions.epsilons[EpsilonPlace::key_feature] = 7;  // not of queries
  inputs.conventions.epsilons[EpsilonPlace::divided_query_feature] = 0.25;
  expect_near(features_of(inputs), {1, 1.5, 2, 2.5});
}

TEST(AttentionFeatures, IncludeEpsilonInTheExponent) {
  FeaturesInputs<double> inputs{
      .x = array(1, {2}), .feature_map = favor, .omega = array(1, {3}), .conventions = {}};
  inputs.conventions.epsilons = {EpsilonPlace::exponent, 0.5};
  expect_near(features_of(inputs), {std::exp(6 - 2 + 0.5)});
}

TEST(AttentionFeatures, SubtractTheLargestProjectionOfTheStabilisersGroup) {
  // d = 1, projections x·(1, 2): 1, 2 for x = 1, and 3, 6 for x = 3; with a second head of x = 5.
  FeaturesInputs<double> inputs{.x = Heads<double>({1, 2, 2, 1}, MemoryTag::parameters),
                                .feature_map = {FeatureKind::favor_plus, 2},
                                .omega = Heads<double>({1, 2, 1, 2}, MemoryTag::parameters)};
  std::ranges::copy(std::array{1.0, 3.0, 5.0, -5.0}, inputs.x.values().begin());
  std::ranges::copy(std::array{1.0, 2.0, 1.0, 2.0}, inputs.omega.values().begin());
  const auto with = [&](Stabiliser stabiliser) {
    inputs.conventions = {.key_stabiliser = stabiliser};
    inputs.is_query = false;
    return features_of(inputs);
  };
  const auto expect_lowered = [&](Stabiliser stabiliser, const std::array<double, 4>& by) {
    const std::array<double, 4> x = {1, 3, 5, -5};
    std::vector<double> wanted;
    for (std::size_t i = 0; i < 4; ++i) {
      for (const double omega : {1.0, 2.0}) {
        wanted.push_back(std::exp(omega * x.at(i) - x.at(i) * x.at(i) / 2 - by.at(i)));
      }
    }
    expect_near(with(stabiliser), wanted);
  };
  expect_lowered(Stabiliser::none, {0, 0, 0, 0});
  expect_lowered(Stabiliser::per_row, {2, 6, 10, -5});
  expect_lowered(Stabiliser::over_length, {6, 6, 10, 10});
  expect_lowered(Stabiliser::over_all, {10, 10, 10, 10});
  inputs.is_query = true;  // the keys' stabiliser does not apply to queries
  EXPECT_NEAR(features_of(inputs)[0], std::exp(0.5), 1e-15);
}

TEST(AttentionFeatures, DifferentiateTheStabiliserUnlessItIsDetached) {
  // d = 1, ω = (1, 3), x = 2 and 1: the peak is 6, of row 0 and feature 1.
  const auto pulled = [](Stabiliser stabiliser, bool detached) {
    const AttentionSide<double> side{
        .map = {FeatureKind::favor_plus, 2},
        .conventions = {.query_stabiliser = stabiliser, .stabiliser_detached = detached},
        .is_query = true,
        .omega = {(Matrix<double>(1, 2) << 1, 3).finished()},
        .X = {(Matrix<double>(2, 1) << 2, 1).finished()}};
    const AttentionFeatures<double> kept = attention_features(side, 1);
    return attention_features_pullback<double>(side, kept, {Matrix<double>::Ones(2, 2)})[0];
  };
  const auto expect_slopes = [](const Matrix<double>& got, double first, double second) {
    EXPECT_NEAR(got(0, 0), first, 1e-14);
    EXPECT_NEAR(got(1, 0), second, 1e-14);
  };
  // Features of row x: exp(x − x²/2 − μ) and exp(3x − x²/2 − μ); dx of their sum, with μ constant
  // or not.
  const double a0 = std::exp(2.0 - 2 - 6);
  const double a1 = std::exp(6.0 - 2 - 6);
  const double b0 = std::exp(1 - 0.5 - 6);
  const double b1 = std::exp(3 - 0.5 - 6);
  const double held0 = (1 - 2) * a0 + (3 - 2) * a1;
  const double held1 = (1 - 1) * b0 + (3 - 1) * b1;
  for (const Stabiliser stabiliser : {Stabiliser::over_length, Stabiliser::over_all}) {
    expect_slopes(pulled(stabiliser, true), held0, held1);
    expect_slopes(pulled(stabiliser, false), held0 - 3 * (a0 + a1 + b0 + b1), held1);
  }
  // The peak of row 1 is 3 with one stabiliser per row.
  const double c0 = std::exp(1 - 0.5 - 3);
  const double c1 = std::exp(3 - 0.5 - 3);
  expect_slopes(pulled(Stabiliser::per_row, true), held0, 2 * c1);
  expect_slopes(pulled(Stabiliser::per_row, false), held0 - 3 * (a0 + a1), 2 * c1 - 3 * (c0 + c1));
}

TEST(AttentionFeatures, OfMaskedKeysDoNotAffectTheStabiliser) {
  AttentionInputs<double> inputs{.q = array(2, {1, 1}),
                                 .k = array(2, {1, 100}),
                                 .v = array(2, {1, 1}),
                                 .feature_map = favor,
                                 .omega = array(1, {1})};
  inputs.conventions = {.epsilons = {EpsilonPlace::feature, 0.25},
                        .key_stabiliser = Stabiliser::over_length};
  inputs.key_mask = {1, 0};
  AttentionResult<double> result;
  attention(inputs.task(), result);
  // g(k_0) = exp(1 − 1/2 − 1) + ε
  EXPECT_NEAR(result.end.values().back(), std::exp(-0.5) + 0.25, 1e-15);
}

}  // namespace
}  // namespace slim::reference
