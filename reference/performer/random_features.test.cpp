// SPDX-License-Identifier: Apache-2.0
#include "reference/performer/random_features.hpp"

#include "reference/performer/feature_map.hpp"
#include "reference/vocabulary/model/draw.hpp"
#include "reference/vocabulary/scalars/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::reference {
namespace {

// Statistical tests use fixed seeds, and pass within 5 standard errors.
constexpr double most_standard_errors = 5.0;
constexpr Index head_width = 3;

constexpr RandomFeatures every_variant[] = {RandomFeatures::positive, RandomFeatures::hyperbolic,
                                            RandomFeatures::trigonometric};
constexpr ProjectionKind every_projection[] = {
    ProjectionKind::independent, ProjectionKind::orthogonal, ProjectionKind::orthogonal_chi};

/// x and y of lengths 1 and 0.9 times `scale`, as the rows of a matrix.
template <class T>
Matrix<T> two_rows(Index width = head_width, double scale = 1.0) {
  Matrix<T> X = Matrix<T>::Zero(2, width);
  X.leftCols(3) << T(0.6), T(0.8), T(0.0), T(0.1), T(0.4), T(-0.8);
  return X * T(scale);
}

template <class T>
MatrixView<const T> view_of(const Matrix<T>& omega) {
  return {omega.data(), omega.rows(), omega.cols()};
}

/// The estimate of exp(x·y) by M random vectors.
double estimate(RandomFeatures variant, ProjectionKind projection, const Matrix<double>& X, Index M,
                std::uint64_t seed) {
  const Matrix<double> omega = random_projection(X.cols(), M, projection, Random(seed));
  const Matrix<double> F = random_features<double>(variant, view_of(omega), X);
  return F.row(0).dot(F.row(1)) / static_cast<double>(feature_divisor(variant, M));
}

Sample estimates(RandomFeatures variant, ProjectionKind projection, std::uint64_t count) {
  Sample sample;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    sample.add(estimate(variant, projection, two_rows<double>(), head_width, seed));
  }
  return sample;
}

Sample squared_errors(RandomFeatures variant, ProjectionKind projection, const Matrix<double>& X,
                      Index M, std::uint64_t count) {
  const double truth = std::exp(X.row(0).dot(X.row(1)));
  Sample sample;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    sample.add(std::pow(estimate(variant, projection, X, M, seed) - truth, 2));
  }
  return sample;
}

/// E cosh(ω·z), or E cos(ω·z) with sign −1, for ω uniform on the sphere of radius √d:
///   Σ_j (± d|z|²/4)^j / (j! (d/2)(d/2 + 1) … (d/2 + j − 1))
double mean_on_sphere(double z_squared, double sign) {
  double term = 1.0;
  double total = 1.0;
  for (int j = 0; j < 60; ++j) {
    term *= sign * head_width * z_squared / 4.0 / ((j + 1.0) * (head_width / 2.0 + j));
    total += term;
  }
  return total;
}

/// The mean of the estimate: exp(x·y), unless all ω have the same length.
double expected_mean(RandomFeatures variant, ProjectionKind projection) {
  const auto x = two_rows<double>().row(0).eval();
  const auto y = two_rows<double>().row(1).eval();
  if (projection != ProjectionKind::orthogonal) return std::exp(x.dot(y));
  const double half_squares = (x.squaredNorm() + y.squaredNorm()) / 2.0;
  return variant == RandomFeatures::trigonometric
             ? std::exp(half_squares) * mean_on_sphere((x - y).squaredNorm(), -1.0)
             : std::exp(-half_squares) * mean_on_sphere((x + y).squaredNorm(), 1.0);
}

TEST(RandomFeatures, HaveTheValuesOfTheirDefinition) {
  // |x|²/2 = 1/2 and 1/8; ω·x = 2 and −1.
  const Matrix<double> X = (Matrix<double>(2, 1) << 1.0, -0.5).finished();
  const Matrix<double> omega = Matrix<double>::Constant(1, 1, 2.0);
  const auto features = [&](RandomFeatures kind) {
    return random_features<double>(kind, view_of(omega), X);
  };
  using std::cos;
  using std::exp;
  using std::sin;
  EXPECT_TRUE(features(RandomFeatures::positive)
                  .isApprox((Matrix<double>(2, 1) << exp(1.5), exp(-1.125)).finished(), 1e-15));
  EXPECT_TRUE(
      features(RandomFeatures::hyperbolic)
          .isApprox(
              (Matrix<double>(2, 2) << exp(1.5), exp(-2.5), exp(-1.125), exp(0.875)).finished(),
              1e-15));
  EXPECT_TRUE(features(RandomFeatures::trigonometric)
                  .isApprox((Matrix<double>(2, 2) << sin(2.0) * exp(0.5), cos(2.0) * exp(0.5),
                             sin(-1.0) * exp(0.125), cos(-1.0) * exp(0.125))
                                .finished(),
                            1e-15));
}

TEST(RandomFeatures, OfPositiveKindAreThePerformersOnScaledRows) {
  const Matrix<double> omega =
      random_projection(head_width, 7, ProjectionKind::orthogonal, Random(1));
  const FeatureFunction<double> g{{.kind = FeatureKind::favor_plus}, {}, view_of(omega)};
  const Matrix<double> scaled = two_rows<double>() * favor_scale<double>(head_width);
  EXPECT_TRUE(random_features<double>(RandomFeatures::positive, view_of(omega), scaled)
                  .isApprox(features(g, two_rows<double>()), 1e-15));
}

TEST(RandomFeatures, HaveSlopesThatAgreeWithDifferenceQuotientsInFiftyDigits) {
  using T = Digits50;
  const Matrix<T> omega =
      random_projection(head_width, 4, ProjectionKind::orthogonal, Random(2)).cast<T>();
  const T h("1e-17");
  for (const RandomFeatures kind : every_variant) {
    Matrix<T> X = two_rows<T>();
    const Matrix<T> F = random_features<T>(kind, view_of(omega), X);
    Matrix<T> dF(F.rows(), F.cols());
    for (Index i = 0; i < dF.size(); ++i)
      dF.data()[i] = T(Random(3).normal(static_cast<std::uint64_t>(i)));
    const auto value = [&] {
      const Matrix<T> G = random_features<T>(kind, view_of(omega), X);
      return sum<T>(G.size(), [&](Index i) { return G.data()[i] * dF.data()[i]; });
    };
    const Matrix<T> dX = random_features_pullback<T>(kind, view_of(omega), X, F, dF);
    for (Index i = 0; i < X.size(); ++i) {
      const T centre = X.data()[i];
      X.data()[i] = centre + h;
      const T right = value();
      X.data()[i] = centre - h;
      const T left = value();
      X.data()[i] = centre;
      EXPECT_LE(abs(dX.data()[i] - (right - left) / (2 * h)), T("1e-31")) << i;
    }
  }
}

TEST(RandomFeatures, EstimateTheKernelWithoutBiasUnlessVectorsHaveEqualLength) {
  for (const RandomFeatures variant : every_variant) {
    for (const ProjectionKind projection : every_projection) {
      const Sample sample = estimates(variant, projection, 8000);
      EXPECT_LE(std::abs(sample.z(expected_mean(variant, projection))), most_standard_errors)
          << static_cast<int>(variant) << name(projection);
    }
  }
}

TEST(RandomFeatures, OfVectorsOfEqualLengthAreDetectablyBiased) {
  for (const RandomFeatures variant : every_variant) {
    const Sample sample = estimates(variant, ProjectionKind::orthogonal, 8000);
    const double unbiased = expected_mean(variant, ProjectionKind::independent);
    EXPECT_GT(std::abs(sample.z(unbiased)), most_standard_errors) << static_cast<int>(variant);
  }
}

TEST(RandomFeatures, WithoutTheNormTermDoNotEstimateTheKernel) {
  // Without the factor e^(|x|²/2), cosines and sines estimate exp(−|x − y|²/2).
  const Matrix<double> X = two_rows<double>();
  const double damping = std::exp(-X.rowwise().squaredNorm().sum() / 2.0);
  const Sample sample = estimates(RandomFeatures::trigonometric, ProjectionKind::independent, 8000);
  EXPECT_GT(std::abs(sample.mean() * damping - std::exp(X.row(0).dot(X.row(1)))),
            most_standard_errors * sample.standard_error());
}

TEST(RandomFeatures, HaveAnErrorOfOneOverTheRootOfTheirNumber) {
  // Short rows: the mean of 3,000 squared errors is accurate to two digits.
  const Matrix<double> X = two_rows<double>(head_width, 0.4);
  for (const RandomFeatures variant : every_variant) {
    const auto mean = [&](Index M) {
      return squared_errors(variant, ProjectionKind::orthogonal_chi, X, M, 3000).mean();
    };
    const double exponent =
        std::log(mean(16 * head_width) / mean(head_width)) / 2.0 / std::log(16.0);
    EXPECT_NEAR(exponent, -0.5, 0.05) << static_cast<int>(variant);
  }
}

TEST(RandomFeatures, HaveSmallerErrorsWithOrthogonalThanWithIndependentVectors) {
  const Matrix<double> X = two_rows<double>(8, 0.5);
  for (const RandomFeatures variant : every_variant) {
    const std::uint64_t count = variant == RandomFeatures::positive ? 20000 : 2000;
    const Sample independent = squared_errors(variant, ProjectionKind::independent, X, 8, count);
    const Sample orthogonal = squared_errors(variant, ProjectionKind::orthogonal_chi, X, 8, count);
    const double error = std::hypot(independent.standard_error(), orthogonal.standard_error());
    EXPECT_GT(independent.mean() - orthogonal.mean(), most_standard_errors * error)
        << static_cast<int>(variant);
  }
}

}  // namespace
}  // namespace slim::reference
