// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/random_projection.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

// Compiled without contraction of multiply-adds (-ffp-contract=off), for reproducible bits.

namespace slim {
namespace {

/// Σ_{i ≥ k} x_i y_i, in ascending order.
double inner(const double* x, const double* y, Index k, Index d) {
  double total = 0.0;
  for (Index i = k; i < d; ++i) total += x[i] * y[i];
  return total;
}

/// The Householder reflection x − 2 v (v·x)/(v·v) of each column x of A from `first` on, where v is
/// zero before entry k. Sums are in ascending order.
void reflect(const double* v, Index k, Index first, Matrix<double>& A) {
  const Index d = A.rows();
  const double square = inner(v, v, k, d);
  if (square == 0.0) return;
  const auto row = [&](Index i) { return A.row(i).segment(first, d - first).array(); };
  Eigen::Array<double, 1, Eigen::Dynamic> factors =
      Eigen::Array<double, 1, Eigen::Dynamic>::Zero(d - first);
  for (Index i = k; i < d; ++i) factors += v[i] * row(i);
  factors = 2.0 * factors / square;
  for (Index i = k; i < d; ++i) row(i) -= factors * v[i];
}

std::uint64_t unsigned_of(Index n) {
  return static_cast<std::uint64_t>(n);
}

}  // namespace

std::string_view name(ProjectionKind kind) {
  constexpr std::string_view names[] = {"independent", "orthogonal", "orthogonal-chi"};
  return names[static_cast<std::size_t>(kind)];
}

ProjectionKind parse_projection_kind(std::string_view text) {
  for (const ProjectionKind kind :
       {ProjectionKind::independent, ProjectionKind::orthogonal, ProjectionKind::orthogonal_chi}) {
    if (text == name(kind)) return kind;
  }
  throw ContractError("projection '" + on_one_line(text) +
                      "' is unknown: allowed are independent, orthogonal, orthogonal-chi");
}

Matrix<double> haar_orthogonal(Index d, const Random& random, std::uint64_t first) {
  require(d >= 1, "an orthogonal matrix must have at least one row");
  Matrix<double> v(d, d);  // row k: column k of the Gaussian matrix, then v of reflection k
  random.normals(first, {v.data(), static_cast<std::size_t>(d * d)});
  Matrix<double> gaussian = v.transpose();
  Vector<double> sign(d);  // the sign of R_kk
  for (Index k = 0; k < d; ++k) {
    v.row(k) = gaussian.col(k).transpose();
    const double length = std::sqrt(inner(v.row(k).data(), v.row(k).data(), k, d));
    sign(k) = v(k, k) < 0.0 ? 1.0 : -1.0;  // opposite to v_k, so that nothing cancels
    v(k, k) -= sign(k) * length;
    reflect(v.row(k).data(), k, k + 1, gaussian);
  }
  // Column j: reflections j, j − 1, …, 0 of ±e_j; later reflections do not change e_j.
  Matrix<double> Q = Matrix<double>::Zero(d, d);
  for (Index k = d - 1; k >= 0; --k) {
    Q(k, k) = sign(k);
    reflect(v.row(k).data(), k, k, Q);
  }
  return Q;
}

Matrix<double> random_projection(Index d, Index M, ProjectionKind kind, const Random& random,
                                 std::uint64_t first) {
  require(d >= 1 && M >= 1, "a projection must have at least one row and one column");
  Matrix<double> omega(d, M);
  if (kind == ProjectionKind::independent) {
    random.normals(first, {omega.data(), static_cast<std::size_t>(d * M)});
    return omega;
  }
  const std::uint64_t square = unsigned_of(d) * unsigned_of(d);
  std::vector<double> normals(static_cast<std::size_t>(d));
  for (Index begin = 0; begin < M; begin += d, first += 2 * square) {
    const Matrix<double> Q = haar_orthogonal(d, random, first);
    for (Index j = 0; j < std::min(d, M - begin); ++j) {
      auto length_squared = static_cast<double>(d);
      if (kind == ProjectionKind::orthogonal_chi) {
        random.normals(first + square + unsigned_of(j * d), normals);
        length_squared = 0.0;
        for (const double x : normals) length_squared += x * x;
      }
      const double length = std::sqrt(length_squared);
      for (Index i = 0; i < d; ++i) omega(i, begin + j) = length * Q(i, j);
    }
  }
  return omega;
}

}  // namespace slim
