// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/random_projection.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/sample.hpp"

#include <Eigen/QR>
#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <limits>
#include <vector>

namespace slim {
namespace {

// Statistical tests use a fixed seed, and pass within 5 standard errors.
constexpr double five_errors = 5.0;
constexpr double last_place = std::numeric_limits<double>::epsilon();

using DrawOfMatrix = std::function<Matrix<double>(std::uint64_t seed)>;

Matrix<double> haar(std::uint64_t seed) {
  return haar_orthogonal(4, Random(seed));
}

/// The Q of Eigen's QR decomposition, without correction of signs.
Matrix<double> without_sign_correction(std::uint64_t seed) {
  const Random random(seed);
  Matrix<double> normal(4, 4);
  for (Index i = 0; i < 16; ++i) normal.data()[i] = random.normal(static_cast<std::uint64_t>(i));
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normal).householderQ() *
         Matrix<double>::Identity(4, 4);
}

/// The deviation of the mean of f(Q) from its value under Haar's measure, in standard errors.
double errors_from(const DrawOfMatrix& draw, double expected,
                   const std::function<double(const Matrix<double>&)>& f) {
  Sample sample;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) sample.add(f(draw(seed)));
  return std::abs(sample.z(expected));
}

TEST(HaarOrthogonal, HasOrthonormalColumnsAndRows) {
  for (const Index d : {1, 2, 3, 7, 16, 64}) {
    const Matrix<double> Q = haar_orthogonal(d, Random(7));
    const double bound = 4.0 * static_cast<double>(d) * last_place;
    const Matrix<double> identity = Matrix<double>::Identity(d, d);
    EXPECT_TRUE(((Q.transpose() * Q - identity).array().abs() <= bound).all()) << d;
    EXPECT_TRUE(((Q * Q.transpose() - identity).array().abs() <= bound).all()) << d;
  }
}

TEST(HaarOrthogonal, LeavesATriangularFactorWithAPositiveDiagonal) {
  const Index d = 6;
  const Random random(3);
  Matrix<double> columns(d, d);
  for (Index i = 0; i < d * d; ++i)
    columns.data()[i] = random.normal(static_cast<std::uint64_t>(i));
  const Matrix<double> R = haar_orthogonal(d, random).transpose() * columns.transpose();
  for (Index i = 0; i < d; ++i) {
    EXPECT_GT(R(i, i), 0.0);
    for (Index j = 0; j < i; ++j) EXPECT_NEAR(R(i, j), 0.0, 20 * last_place);
  }
}

TEST(HaarOrthogonal, HasEntriesOfBothSignsEquallyOften) {
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 4; ++j) {
      EXPECT_LE(errors_from(haar, 0.0, [&](const auto& Q) { return Q(i, j); }), five_errors)
          << i << j;
    }
  }
  EXPECT_LE(errors_from(haar, 0.0, [](const auto& Q) { return Q(0, 0) > 0.0 ? 1.0 : -1.0; }),
            five_errors);
  EXPECT_LE(errors_from(haar, 0.0, [](const auto& Q) { return Q.trace(); }), five_errors);
}

TEST(HaarOrthogonal, HasTheMomentsOfHaarsMeasure) {
  // d = 4: E Q₁₁² = 1/d, E Q₁₁⁴ = 3/(d(d+2)), E Q₁₁²Q₂₂² = (d+1)/((d−1)d(d+2)),
  // E Q₁₁Q₁₂Q₂₁Q₂₂ = −1/((d−1)d(d+2)), E (tr Q)² = 1.
  EXPECT_LE(errors_from(haar, 1.0 / 4, [](const auto& Q) { return Q(0, 0) * Q(0, 0); }),
            five_errors);
  EXPECT_LE(errors_from(haar, 3.0 / 24, [](const auto& Q) { return std::pow(Q(3, 3), 4); }),
            five_errors);
  EXPECT_LE(
      errors_from(haar, 5.0 / 72, [](const auto& Q) { return std::pow(Q(0, 0) * Q(1, 1), 2); }),
      five_errors);
  EXPECT_LE(errors_from(haar, -1.0 / 72,
                        [](const auto& Q) { return Q(0, 0) * Q(0, 1) * Q(1, 0) * Q(1, 1); }),
            five_errors);
  EXPECT_LE(errors_from(haar, 1.0, [](const auto& Q) { return Q.trace() * Q.trace(); }),
            five_errors);
}

TEST(HaarOrthogonal, CheckDetectsAMissingSignCorrection) {
  int negative = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    negative += without_sign_correction(seed)(0, 0) < 0.0 ? 1 : 0;
  }
  EXPECT_EQ(negative, 1000);
  EXPECT_GT(errors_from(without_sign_correction, 0.0, [](const auto& Q) { return Q(0, 0); }),
            10 * five_errors);
  EXPECT_GT(errors_from(without_sign_correction, 0.0, [](const auto& Q) { return Q.trace(); }),
            10 * five_errors);
  // Lengths, orthogonality, second and fourth moments of one entry do not reveal it.
  EXPECT_LE(errors_from(without_sign_correction, 1.0 / 4,
                        [](const auto& Q) { return Q(0, 0) * Q(0, 0); }),
            five_errors);
}

TEST(HaarOrthogonal, HasTheSameBitsEverywhere) {
  const Matrix<double> Q = haar_orthogonal(3, Random(42));
  EXPECT_EQ(std::bit_cast<std::uint64_t>(Q(0, 0)), 0x3fc2c65f90222868U);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(Q(1, 2)), 0xbfe8f4552a4238a6U);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(Q(2, 1)), 0x3f9ade61be0c7060U);
}

TEST(RandomProjection, HasOrthogonalBlocksOfLengthRootDWithTheLastOneCut) {
  for (const auto& [d, M] : {std::pair<Index, Index>{4, 8}, {4, 10}, {5, 3}, {1, 3}, {7, 21}}) {
    const Matrix<double> omega = random_projection(d, M, ProjectionKind::orthogonal, Random(1));
    ASSERT_EQ(omega.rows(), d);
    ASSERT_EQ(omega.cols(), M);
    for (Index begin = 0; begin < M; begin += d) {
      const Index width = std::min(d, M - begin);
      const Matrix<double> block = omega.middleCols(begin, width);
      const Matrix<double> gram = block.transpose() * block;
      const Matrix<double> expected =
          static_cast<double>(d) * Matrix<double>::Identity(width, width);
      const double bound = static_cast<double>(4 * d * d) * last_place;
      EXPECT_TRUE(((gram - expected).array().abs() <= bound).all());
    }
  }
}

TEST(RandomProjection, HasDifferentBlocksThatDoNotDependOnLaterOnes) {
  const auto draw = [](Index M) {
    return random_projection(4, M, ProjectionKind::orthogonal_chi, Random(5));
  };
  EXPECT_EQ(draw(6).leftCols(5), draw(5));
  EXPECT_FALSE(draw(8).leftCols(4).isApprox(draw(8).rightCols(4), 0.1));
}

TEST(RandomProjection, HasChiDistributedLengthsIfRequested) {
  // |ω|² of d degrees of freedom: mean d, variance 2d; lengths in a block are independent.
  constexpr Index d = 3;
  Sample mean;
  Sample variance;
  Sample covariance;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Matrix<double> omega =
        random_projection(d, d, ProjectionKind::orthogonal_chi, Random(seed));
    const RowVector<double> squares = omega.colwise().squaredNorm();
    const double cosine = omega.col(0).dot(omega.col(1)) / std::sqrt(squares(0) * squares(1));
    ASSERT_LE(std::abs(cosine), 8 * last_place);
    mean.add(squares(0));
    variance.add((squares(2) - d) * (squares(2) - d));
    covariance.add((squares(0) - d) * (squares(1) - d));
  }
  EXPECT_LE(std::abs(mean.z(d)), five_errors);
  EXPECT_LE(std::abs(variance.z(2 * d)), five_errors);
  EXPECT_LE(std::abs(covariance.z(0)), five_errors);
}

TEST(RandomProjection, OfEveryKindHasMeanZeroAndIdentityCovariance) {
  constexpr Index d = 3;
  for (const ProjectionKind kind :
       {ProjectionKind::independent, ProjectionKind::orthogonal, ProjectionKind::orthogonal_chi}) {
    std::vector<Sample> means(d);
    std::vector<Sample> products(d * d);
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      const auto column = random_projection(d, 5, kind, Random(seed)).col(4).eval();
      for (Index i = 0; i < d; ++i) {
        means[static_cast<std::size_t>(i)].add(column(i));
        for (Index j = 0; j < d; ++j) {
          products[static_cast<std::size_t>(i * d + j)].add(column(i) * column(j));
        }
      }
    }
    for (Index i = 0; i < d; ++i) {
      EXPECT_LE(std::abs(means[static_cast<std::size_t>(i)].z(0.0)), five_errors) << name(kind);
      for (Index j = 0; j < d; ++j) {
        EXPECT_LE(std::abs(products[static_cast<std::size_t>(i * d + j)].z(i == j ? 1.0 : 0.0)),
                  five_errors)
            << name(kind) << i << j;
      }
    }
  }
}

TEST(RandomProjection, PrefersNoDirectionForWideHeads) {
  constexpr Index d = 64;
  Sample axis;
  Sample diagonal;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const Matrix<double> omega = random_projection(d, d, ProjectionKind::orthogonal, Random(seed));
    axis.add(omega(0, 63) * omega(0, 63));
    diagonal.add(std::pow(omega.col(0).sum(), 2) / d);
  }
  EXPECT_LE(std::abs(axis.z(1.0)), five_errors);
  EXPECT_LE(std::abs(diagonal.z(1.0)), five_errors);
}

TEST(ProjectionKind, SurvivesARoundTrip) {
  for (const ProjectionKind kind :
       {ProjectionKind::independent, ProjectionKind::orthogonal, ProjectionKind::orthogonal_chi}) {
    EXPECT_EQ(parse_projection_kind(name(kind)), kind);
  }
  EXPECT_THROW(parse_projection_kind("Orthogonal"), ContractError);
}

}  // namespace
}  // namespace slim
