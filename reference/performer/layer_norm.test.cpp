// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/layer_norm.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

struct LayerNormTest : testing::Test {
  Vector<double> gain = (Vector<double>(4) << 1, 2, 1, 1).finished();
  Vector<double> bias = (Vector<double>(4) << 0, 0, 0, 10).finished();
  LayerNorm<const double> norm{{gain.data(), 4}, {bias.data(), 4}};
};

TEST_F(LayerNormTest, DividesByTheRootOfTheVarianceOverN) {
  // mean 3, deviations ∓2, variance 4
  const Matrix<double> X = (Matrix<double>(1, 4) << 1, 5, 1, 5).finished();
  EXPECT_EQ(layer_norm(norm, 0.0, X).Y, (Matrix<double>(1, 4) << -1, 2, -1, 11).finished());
}

TEST_F(LayerNormTest, AddsEpsilonToTheVariance) {
  // variance 4 + 5 = 9
  const Matrix<double> X = (Matrix<double>(1, 4) << 1, 5, 1, 5).finished();
  EXPECT_DOUBLE_EQ(layer_norm(norm, 5.0, X).Y(0, 0), -2.0 / 3.0);
}

TEST_F(LayerNormTest, HasAGradientThatAgreesWithDifferenceQuotients) {
  Matrix<double> X = (Matrix<double>(1, 4) << 1, 4, 2, -1).finished();
  const Matrix<double> dY = (Matrix<double>(1, 4) << 1, -1, 0.5, 2).finished();
  Vector<double> dgain = Vector<double>::Zero(4);
  Vector<double> dbias = Vector<double>::Zero(4);
  const auto rows = layer_norm(norm, 1e-5, X);
  const Matrix<double> dX =
      layer_norm_pullback(norm, rows, dY, LayerNorm<double>{{dgain.data(), 4}, {dbias.data(), 4}});
  for (Index i = 0; i < 4; ++i) {
    constexpr double h = 1e-5;
    const double centre = X(0, i);
    X(0, i) = centre + h;
    const double right = layer_norm(norm, 1e-5, X).Y.cwiseProduct(dY).sum();
    X(0, i) = centre - h;
    const double left = layer_norm(norm, 1e-5, X).Y.cwiseProduct(dY).sum();
    X(0, i) = centre;
    EXPECT_NEAR(dX(0, i), (right - left) / (2 * h), 1e-9);
  }
  EXPECT_EQ(dgain, rows.normalised.row(0).transpose().cwiseProduct(dY.row(0).transpose()));
  EXPECT_EQ(dbias, dY.row(0).transpose());
}

}  // namespace
}  // namespace slim::reference
