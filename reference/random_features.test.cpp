#include "reference/random_features.hpp"

#include "reference/feature_map.hpp"
#include "reference/vocabulary/draw.hpp"
#include "reference/vocabulary/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::reference {
namespace {

// Statistics are of fixed seeds, and pass within 5 standard errors.
constexpr double level = 5.0;
constexpr Index d = 3;

constexpr RandomFeatures variants[] = {RandomFeatures::positive, RandomFeatures::hyperbolic,
                                       RandomFeatures::trigonometric};
constexpr ProjectionKind projections[] = {ProjectionKind::independent, ProjectionKind::orthogonal,
                                          ProjectionKind::orthogonal_chi};

/// x and y of lengths 1 and 0.9 times `scale`, one above the other.
template <class T>
Matrix<T> pair(Index width = d, double scale = 1.0) {
  Matrix<T> X = Matrix<T>::Zero(2, width);
  X.leftCols(3) << T(0.6), T(0.8), T(0.0), T(0.1), T(0.4), T(-0.8);
  return X * T(scale);
}

template <class T>
MatrixView<const T> view(const Matrix<T>& omega) {
  return {omega.data(), omega.rows(), omega.cols()};
}

/// The estimate of exp(x·y) by M random vectors.
double estimate(RandomFeatures variant, ProjectionKind projection, const Matrix<double>& X, Index M,
                std::uint64_t seed) {
  const Matrix<double> omega = random_projection(X.cols(), M, projection, Random(seed));
  const Matrix<double> F = random_features<double>(variant, view(omega), X);
  return F.row(0).dot(F.row(1)) / static_cast<double>(feature_divisor(variant, M));
}

Sample estimates(RandomFeatures variant, ProjectionKind projection, std::uint64_t count) {
  Sample sample;
  for (std::uint64_t seed = 0; seed < count; ++seed) {
    sample.add(estimate(variant, projection, pair<double>(), d, seed));
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
    term *= sign * d * z_squared / 4.0 / ((j + 1.0) * (d / 2.0 + j));
    total += term;
  }
  return total;
}

/// The mean of the estimate: exp(x·y), but for vectors of one length.
double expected_mean(RandomFeatures variant, ProjectionKind projection) {
  const auto x = pair<double>().row(0).eval();
  const auto y = pair<double>().row(1).eval();
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
    return random_features<double>(kind, view(omega), X);
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

TEST(RandomFeatures, ArePositiveThoseThatThePerformerTakesOfScaledRows) {
  const Matrix<double> omega = random_projection(d, 7, ProjectionKind::orthogonal, Random(1));
  const FeatureFunction<double> g{{.kind = FeatureKind::favor_plus}, {}, view(omega)};
  const Matrix<double> scaled = pair<double>() * favor_scale<double>(d);
  EXPECT_TRUE(random_features<double>(RandomFeatures::positive, view(omega), scaled)
                  .isApprox(features(g, pair<double>()), 1e-15));
}

TEST(RandomFeatures, HaveSlopesThatMeetTheDifferenceQuotientInFiftyDigits) {
  using T = Digits50;
  const Matrix<T> omega = random_projection(d, 4, ProjectionKind::orthogonal, Random(2)).cast<T>();
  const T h("1e-17");
  for (const RandomFeatures kind : variants) {
    Matrix<T> X = pair<T>();
    const Matrix<T> F = random_features<T>(kind, view(omega), X);
    Matrix<T> dF(F.rows(), F.cols());
    for (Index i = 0; i < dF.size(); ++i)
      dF.data()[i] = T(Random(3).normal(static_cast<std::uint64_t>(i)));
    const auto value = [&] {
      const Matrix<T> G = random_features<T>(kind, view(omega), X);
      return sum<T>(G.size(), [&](Index i) { return G.data()[i] * dF.data()[i]; });
    };
    const Matrix<T> dX = random_features_pullback<T>(kind, view(omega), X, F, dF);
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

TEST(RandomFeatures, EstimateTheKernelWithoutBiasButFromVectorsOfOneLength) {
  for (const RandomFeatures variant : variants) {
    for (const ProjectionKind projection : projections) {
      const Sample sample = estimates(variant, projection, 8000);
      EXPECT_LE(std::abs(sample.z(expected_mean(variant, projection))), level)
          << static_cast<int>(variant) << name(projection);
    }
  }
}

TEST(RandomFeatures, OfVectorsOfOneLengthAreBiasedAndTheTestSeesIt) {
  for (const RandomFeatures variant : variants) {
    const Sample sample = estimates(variant, ProjectionKind::orthogonal, 8000);
    const double unbiased = expected_mean(variant, ProjectionKind::independent);
    EXPECT_GT(std::abs(sample.z(unbiased)), level) << static_cast<int>(variant);
  }
}

TEST(RandomFeatures, WithoutTheNormTermAreNoEstimate) {
  // Cosines and sines alone estimate exp(−|x − y|²/2).
  const Matrix<double> X = pair<double>();
  const double damping = std::exp(-X.rowwise().squaredNorm().sum() / 2.0);
  const Sample sample = estimates(RandomFeatures::trigonometric, ProjectionKind::independent, 8000);
  EXPECT_GT(std::abs(sample.mean() * damping - std::exp(X.row(0).dot(X.row(1)))),
            level * sample.standard_error());
}

TEST(RandomFeatures, ErrByOneOverTheRootOfTheirNumber) {
  // Short rows, whose squared errors have a mean that 3,000 of them show to two digits.
  const Matrix<double> X = pair<double>(d, 0.4);
  for (const RandomFeatures variant : variants) {
    const auto mean = [&](Index M) {
      return squared_errors(variant, ProjectionKind::orthogonal_chi, X, M, 3000).mean();
    };
    const double exponent = std::log(mean(16 * d) / mean(d)) / 2.0 / std::log(16.0);
    EXPECT_NEAR(exponent, -0.5, 0.05) << static_cast<int>(variant);
  }
}

TEST(RandomFeatures, ErrLessFromOrthogonalVectorsThanFromIndependentOnes) {
  const Matrix<double> X = pair<double>(8, 0.5);
  for (const RandomFeatures variant : variants) {
    const std::uint64_t count = variant == RandomFeatures::positive ? 20000 : 2000;
    const Sample independent = squared_errors(variant, ProjectionKind::independent, X, 8, count);
    const Sample orthogonal = squared_errors(variant, ProjectionKind::orthogonal_chi, X, 8, count);
    const double error = std::hypot(independent.standard_error(), orthogonal.standard_error());
    EXPECT_GT(independent.mean() - orthogonal.mean(), level * error) << static_cast<int>(variant);
  }
}

}  // namespace
}  // namespace slim::reference
