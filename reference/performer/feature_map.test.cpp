// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/feature_map.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

constexpr double e = 2.718281828459045;

Matrix<double> row(std::initializer_list<double> values) {
  return RowVector<double>::Map(values.begin(), static_cast<Index>(values.size()));
}

FeatureFunction<double> elementwise(FeatureKind kind, Conventions conventions = {}) {
  return {{.kind = kind}, conventions, {nullptr, 0, 0}};
}

Matrix<double> slopes(const FeatureFunction<double>& g, const Matrix<double>& X) {
  return features_pullback<double>(g, X, features(g, X), Matrix<double>::Ones(X.rows(), X.cols()));
}

TEST(FeatureMap, HasTheValuesOfItsDefinition) {
  const Matrix<double> X = row({-2, 0, 3});
  EXPECT_EQ(features(elementwise(FeatureKind::square), X), row({4, 0, 9}));
  EXPECT_EQ(features(elementwise(FeatureKind::relu), X), row({0, 0, 3}));
  EXPECT_EQ(features(elementwise(FeatureKind::absolute), X), row({2, 0, 3}));
  EXPECT_TRUE(features(elementwise(FeatureKind::elu_plus_one), X)
                  .isApprox(row({1 / (e * e), 1, 4}), 1e-15));
}

TEST(FeatureMap, HasTheSlopesOfItsDefinition) {
  const Matrix<double> X = row({-2, 0, 3});
  EXPECT_EQ(slopes(elementwise(FeatureKind::square), X), row({-4, 0, 6}));
  EXPECT_EQ(slopes(elementwise(FeatureKind::relu), X), row({0, 0, 1}));
  EXPECT_EQ(slopes(elementwise(FeatureKind::absolute), X), row({-1, 0, 1}));
  EXPECT_TRUE(
      slopes(elementwise(FeatureKind::elu_plus_one), X).isApprox(row({1 / (e * e), 1, 1}), 1e-15));
}

TEST(FeatureMap, TakesItsSlopeAtZeroFromTheConventions) {
  const Conventions conventions{.relu_slope_at_zero = 0.5, .absolute_slope_at_zero = -1.0};
  EXPECT_EQ(slopes(elementwise(FeatureKind::relu, conventions), row({0})), row({0.5}));
  EXPECT_EQ(slopes(elementwise(FeatureKind::absolute, conventions), row({0})), row({-1}));
}

TEST(FavorPlus, ScalesByTheFourthRootAndSubtractsHalfTheSquare) {
  // d = 16: x is scaled by 1/2, so x̃ has 1 in two places: x̃·ω = 3 and 0, |x̃|²/2 = 1.
  Matrix<double> X = Matrix<double>::Zero(1, 16);
  X(0, 0) = X(0, 5) = 2.0;
  Matrix<double> omega = Matrix<double>::Zero(16, 2);
  omega(0, 0) = 1.0;
  omega(5, 0) = 2.0;
  const FeatureFunction<double> g{
      {.kind = FeatureKind::favor_plus}, {}, {omega.data(), omega.rows(), omega.cols()}};
  EXPECT_TRUE(features(g, X).isApprox(row({e * e, 1 / e}), 1e-15));
}

TEST(FavorPlus, HasASlopeThatAgreesWithDifferenceQuotients) {
  const Matrix<double> X = row({0.3, -0.7});
  Matrix<double> omega(2, 2);
  omega << 0.5, -1.0, 0.25, 2.0;
  const FeatureFunction<double> g{{.kind = FeatureKind::favor_plus}, {}, {omega.data(), 2, 2}};
  const Matrix<double> dG = row({1.0, -2.0});
  const Matrix<double> dX = features_pullback(g, X, features(g, X), dG);
  for (Index i = 0; i < 2; ++i) {
    constexpr double h = 1e-6;
    Matrix<double> right = X;
    Matrix<double> left = X;
    right(0, i) += h;
    left(0, i) -= h;
    const double quotient =
        (features(g, right) - features(g, left)).cwiseProduct(dG).sum() / (2 * h);
    EXPECT_NEAR(dX(0, i), quotient, 1e-9);
  }
}

}  // namespace
}  // namespace slim::reference
