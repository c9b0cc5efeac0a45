// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/gelu.hpp"

#include <gtest/gtest.h>

namespace slim::reference {
namespace {

template <class T>
T gelu_at(double x) {
  return gelu<T>(Matrix<T>::Constant(1, 1, T(x))).Y(0, 0);
}

template <class T>
T gelu_slope_at(double x) {
  const Matrix<T> X = Matrix<T>::Constant(1, 1, T(x));
  return gelu_pullback<T>(X, gelu(X), Matrix<T>::Ones(1, 1))(0, 0);
}

TEST(Gelu, HasKnownValues) {
  EXPECT_EQ(gelu_at<double>(0.0), 0.0);
  EXPECT_NEAR(gelu_at<double>(1.0), 0.84134474606854293, 1e-16);
  EXPECT_NEAR(gelu_at<double>(-1.0), -0.15865525393145707, 1e-16);
  EXPECT_NEAR(gelu_slope_at<double>(0.0), 0.5, 1e-16);
}

TEST(Gelu, KeepsItsRelativeAccuracyFarBelowZero) {
  for (const double x : {-5.0, -10.0, -20.0, -35.0}) {
    const double truth = to_double(gelu_at<Digits50>(x));
    EXPECT_LT(truth, 0.0);
    EXPECT_LE(std::abs(gelu_at<double>(x) / truth - 1.0), 1e-12) << x;
  }
}

TEST(Gelu, RoundsItsTailLikeOnePlusErfWithCancellation) {
  const Matrix<double> X = Matrix<double>::Constant(1, 1, -8.5);
  const double Phi = gelu(X).Phi(0, 0);
  const double unit = 0x1p-53;
  EXPECT_GT(Phi, 0.0);
  EXPECT_LE(std::abs(gelu(X, {.cancellation = 1.0}).Phi(0, 0) - Phi), unit);
  EXPECT_GE(std::abs(gelu(X, {.cancellation = 1.0}).Phi(0, 0) - Phi), 0.5 * Phi)
      << "the digits of the tail must be lost";
  EXPECT_EQ(gelu<double>(Matrix<double>::Constant(1, 1, 0.0), {.cancellation = 1.0}).Phi(0, 0),
            0.5);
}

TEST(Gelu, AgreesWithDifferenceQuotientsInFiftyDigits) {
  const Digits50 h("1e-17");
  for (const double x : {-6.0, -1.5, 0.0, 0.25, 4.0}) {
    const auto at = [](const Digits50& y) { return Digits50(y * normal_distribution(y)); };
    const Digits50 quotient = (at(Digits50(x) + h) - at(Digits50(x) - h)) / (2 * h);
    EXPECT_LE(abs(gelu_slope_at<Digits50>(x) - quotient), Digits50("1e-30")) << x;
  }
}

TEST(GeluByTanh, IsThePublishedFormulaAndCloseToTheExactOne) {
  for (const double x : {-4.0, -1.0, -0.25, 0.0, 0.5, 3.0}) {
    const Matrix<double> X = Matrix<double>::Constant(1, 1, x);
    const double by_tanh = gelu(X, {.by_tanh = true}).Y(0, 0);
    const double u = std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x);
    EXPECT_NEAR(by_tanh, 0.5 * x * (1.0 + std::tanh(u)), 1e-15) << x;
    EXPECT_LE(std::abs(by_tanh - gelu_at<double>(x)), 5e-4) << x;
  }
  EXPECT_NE(gelu(Matrix<double>::Constant(1, 1, 1.0).eval(), {.by_tanh = true}).Y(0, 0),
            gelu_at<double>(1.0));
}

TEST(GeluByTanh, AgreesWithDifferenceQuotientsInFiftyDigits) {
  const Digits50 h("1e-17");
  for (const double x : {-6.0, -1.5, 0.0, 0.25, 4.0}) {
    const auto at = [](const Digits50& y) { return Digits50(y * normal_distribution_by_tanh(y)); };
    const Digits50 quotient = (at(Digits50(x) + h) - at(Digits50(x) - h)) / (2 * h);
    const Matrix<Digits50> X = Matrix<Digits50>::Constant(1, 1, Digits50(x));
    const Matrix<Digits50> slope =
        gelu_pullback<Digits50>(X, gelu(X, {.by_tanh = true}), Matrix<Digits50>::Ones(1, 1));
    EXPECT_LE(abs(slope(0, 0) - quotient), Digits50("1e-30")) << x;
  }
}

}  // namespace
}  // namespace slim::reference
