// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/softmax_error.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::experiments {
namespace {

Setting head_of(Index blocks, std::uint64_t seed) {
  Setting setting = {.subject = "reference",
                     .model = {.hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 1},
                     .length = 16,
                     .slice = 16,
                     .key_scale = 0.5,
                     .seed = seed};
  setting.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = blocks};
  return setting;
}

/// Mean square of the error of independent features over eight seeds.
double mean_square(Index blocks) {
  double total = 0.0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    total += std::pow(measure_softmax_error(head_of(blocks, seed)).independent, 2) / 8.0;
  }
  return total;
}

TEST(SoftmaxErrors, DecreaseAsTheInverseSquareRootOfTheFeatures) {
  // Seeds are fixed; the variance decreases to 1/16, with a standard error of about a third.
  const double ratio = mean_square(8) / mean_square(128);
  EXPECT_GT(ratio, 8.0);
  EXPECT_LT(ratio, 32.0);
}

TEST(SoftmaxErrors, OfOrthogonalProjectionsAreSmallerOnAverage) {
  double independent = 0.0;
  double orthogonal = 0.0;
  double chi = 0.0;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    const SoftmaxError error = measure_softmax_error(head_of(1, seed));
    independent += error.independent;
    orthogonal += error.orthogonal;
    chi += error.orthogonal_chi;
  }
  EXPECT_LT(chi, 0.95 * independent);
  EXPECT_LT(orthogonal, chi);
}

TEST(SoftmaxErrors, AreSmallWhereAllScoresAreAlmostZero) {
  Setting setting = head_of(4, 1);
  setting.key_scale = 1e-6;
  const SoftmaxError error = measure_softmax_error(setting);
  for (const double value : {error.independent, error.orthogonal, error.orthogonal_chi}) {
    EXPECT_GT(value, 0.0);
    EXPECT_LE(value, 1e-5);
  }
}

TEST(SoftmaxErrors, RequireOneHeadWithRandomFeatures) {
  Setting setting = head_of(1, 1);
  setting.model.heads = 2;
  EXPECT_THROW(measure_softmax_error(setting), ContractError);
  setting = head_of(1, 1);
  setting.model.feature_map = {};
  EXPECT_THROW(measure_softmax_error(setting), ContractError);
}

}  // namespace
}  // namespace slim::experiments
