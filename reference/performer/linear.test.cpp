// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/linear.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

struct Linear : testing::Test {
  // W = (1 2; 3 4; 5 6), b = (10, 20, 30), X = (1 0; 1 1)
  Matrix<double> W = (Matrix<double>(3, 2) << 1, 2, 3, 4, 5, 6).finished();
  Vector<double> b = (Vector<double>(3) << 10, 20, 30).finished();
  Matrix<double> X = (Matrix<double>(2, 2) << 1, 0, 1, 1).finished();
  LinearMap<const double> map{{W.data(), 3, 2}, {b.data(), 3}};
};

TEST_F(Linear, MapsRowsByTheTransposedWeight) {
  EXPECT_EQ(linear(map, X), (Matrix<double>(2, 3) << 11, 23, 35, 13, 27, 41).finished());
}

TEST_F(Linear, AddsToTheExistingGradient) {
  Matrix<double> dW = Matrix<double>::Ones(3, 2);
  Vector<double> db = Vector<double>::Ones(3);
  const Matrix<double> dY = (Matrix<double>(2, 3) << 1, 0, 0, 0, 0, 2).finished();
  const Matrix<double> dX =
      linear_pullback(map, X, dY, LinearMap<double>{{dW.data(), 3, 2}, {db.data(), 3}});
  EXPECT_EQ(dX, (Matrix<double>(2, 2) << 1, 2, 10, 12).finished());
  EXPECT_EQ(dW, (Matrix<double>(3, 2) << 2, 1, 1, 1, 3, 3).finished());
  EXPECT_EQ(db, (Vector<double>(3) << 2, 1, 3).finished());
}

}  // namespace
}  // namespace slim::reference
