// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/projection_mutants.hpp"

#include <Eigen/QR>

namespace slim::properties::mutants {
namespace {

Matrix<double> of_unit_length(Index d, Index M, ProjectionKind kind, const Random& random) {
  Matrix<double> omega = random_projection(d, M, kind, random);
  if (kind != ProjectionKind::independent) omega.colwise().normalize();
  return omega;
}

/// Q of a QR decomposition without correction of signs, block by block.
Matrix<double> without_sign_correction(Index d, Index M, ProjectionKind kind,
                                       const Random& random) {
  if (kind == ProjectionKind::independent) return random_projection(d, M, kind, random);
  const Matrix<double> normal =
      random_projection(d, M + d, ProjectionKind::independent, random);  // one extra block
  const Matrix<double> right = random_projection(d, M, kind, random);
  Matrix<double> omega(d, M);
  for (Index begin = 0; begin < M; begin += d) {
    const Eigen::MatrixXd block = normal.middleCols(begin, d);
    const Eigen::MatrixXd Q = Eigen::HouseholderQR<Eigen::MatrixXd>(block).householderQ() *
                              Eigen::MatrixXd::Identity(d, d);
    for (Index j = begin; j < std::min(M, begin + d); ++j) {
      omega.col(j) = right.col(j).norm() * Q.col(j - begin);
    }
  }
  return omega;
}

Matrix<double> independent_whatever_was_asked(Index d, Index M, ProjectionKind /*kind*/,
                                              const Random& random) {
  return random_projection(d, M, ProjectionKind::independent, random);
}

Matrix<double> of_blocks_alike(Index d, Index M, ProjectionKind kind, const Random& random) {
  Matrix<double> omega = random_projection(d, M, kind, random);
  for (Index j = d; j < M; ++j) omega.col(j) = omega.col(j % d).eval();
  return omega;
}

Matrix<double> of_length_root_d(Index d, Index M, ProjectionKind kind, const Random& random) {
  return random_projection(
      d, M, kind == ProjectionKind::orthogonal_chi ? ProjectionKind::orthogonal : kind, random);
}

}  // namespace

std::vector<Mutant> projection_mutants() {
  const auto mutant = [](const char* name, const char* description, const char* seen,
                         ProjectionDraw draw) {
    return Mutant{.name = std::string("mutant/") + name,
                  .description = description,
                  .seen = seen,
                  .projection = std::move(draw)};
  };
  return {
      mutant("projection-of-unit-length", "orthogonal vectors have length 1 in place of √d or χ",
             "orthonormal rows that are not rescaled", of_unit_length),
      mutant("projection-without-sign-correction",
             "orthogonal blocks come from an uncorrected QR decomposition, so that the first "
             "coordinate is never positive",
             "a QR decomposition without sign correction", without_sign_correction),
      mutant("projection-independent-called-orthogonal",
             "independent vectors are returned in place of orthogonal ones",
             "matrices that are called orthogonal and are not", independent_whatever_was_asked),
      mutant("projection-of-blocks-alike", "every block equals the first one",
             "one orthogonal block that is tiled to the number of features", of_blocks_alike),
      mutant("projection-without-chi-lengths",
             "vectors that should have χ-distributed lengths all have length √d",
             "an option for lengths that is accepted and ignored", of_length_root_d),
  };
}

}  // namespace slim::properties::mutants
