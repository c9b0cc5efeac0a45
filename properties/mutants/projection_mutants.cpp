#include "properties/mutants/projection_mutants.hpp"

#include <Eigen/QR>

namespace slim::properties::mutants {
namespace {

Matrix<double> of_unit_length(Index d, Index M, ProjectionKind kind, const Random& random) {
  Matrix<double> omega = random_projection(d, M, kind, random);
  if (kind != ProjectionKind::independent) omega.colwise().normalize();
  return omega;
}

/// The Q of a library's QR decomposition as it comes, block by block.
Matrix<double> without_sign_correction(Index d, Index M, ProjectionKind kind,
                                       const Random& random) {
  if (kind == ProjectionKind::independent) return random_projection(d, M, kind, random);
  const Matrix<double> normal =
      random_projection(d, M + d, ProjectionKind::independent, random);  // a block to spare
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
  const auto mutant = [](const char* name, const char* story, const char* seen,
                         ProjectionDraw draw) {
    return Mutant{.name = std::string("mutant/") + name,
                  .story = story,
                  .seen = seen,
                  .projection = std::move(draw)};
  };
  return {
      mutant("projection-of-unit-length", "orthogonal vectors have length 1 in place of √d or χ",
             "orthogonal rows with unit length", of_unit_length),
      mutant("projection-without-sign-correction",
             "orthogonal blocks come from a QR as it is: the first coordinate is never positive",
             "orthogonal blocks from a QR without sign correction", without_sign_correction),
      mutant("projection-independent-called-orthogonal",
             "independent vectors are given out as orthogonal ones",
             "orthogonal matrices that are not", independent_whatever_was_asked),
      mutant("projection-of-blocks-alike", "every block is the first one",
             "one orthogonal block drawn, and tiled to the number of features", of_blocks_alike),
      mutant("projection-without-chi-lengths",
             "vectors that should have χ lengths all have length √d",
             "an option for lengths that is accepted and ignored", of_length_root_d),
  };
}

}  // namespace slim::properties::mutants
