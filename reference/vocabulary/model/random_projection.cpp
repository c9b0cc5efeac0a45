// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/random_projection.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>

// Compiled without contraction of multiply-adds (-ffp-contract=off), for reproducible bits.

namespace slim {
namespace {

/// Σ_{i ≥ k} x_i y_i, in ascending order.
double inner(const double* x, const double* y, Index k, Index d) {
  double total = 0.0;
  for (Index i = k; i < d; ++i) total += x[i] * y[i];
  return total;
}

/// x − 2 v (v·x)/(v·v): the Householder reflection of x, where v is zero before entry k.
void reflect(const double* v, Index k, Index d, double* x) {
  const double square = inner(v, v, k, d);
  if (square == 0.0) return;
  const double factor = 2.0 * inner(v, x, k, d) / square;
  for (Index i = k; i < d; ++i) x[i] -= factor * v[i];
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
  Matrix<double> normals(d, d);  // row k: column k of the Gaussian matrix, then v of reflection k
  for (Index i = 0; i < d * d; ++i) normals.data()[i] = random.normal(first + unsigned_of(i));
  Vector<double> sign(d);  // the sign of R_kk
  for (Index k = 0; k < d; ++k) {
    double* v = normals.row(k).data();
    const double length = std::sqrt(inner(v, v, k, d));
    sign(k) = v[k] < 0.0 ? 1.0 : -1.0;  // opposite to v_k, so that nothing cancels
    v[k] -= sign(k) * length;
    for (Index j = k + 1; j < d; ++j) reflect(v, k, d, normals.row(j).data());
  }
  // Column j of Q: reflections j, j − 1, …, 0 of ±e_j; later reflections do not change e_j.
  Matrix<double> columns = Matrix<double>::Zero(d, d);
  for (Index j = 0; j < d; ++j) {
    double* column = columns.row(j).data();
    column[j] = sign(j);
    for (Index k = j; k >= 0; --k) reflect(normals.row(k).data(), k, d, column);
  }
  return columns.transpose();
}

Matrix<double> random_projection(Index d, Index M, ProjectionKind kind, const Random& random,
                                 std::uint64_t first) {
  require(d >= 1 && M >= 1, "a projection must have at least one row and one column");
  Matrix<double> omega(d, M);
  if (kind == ProjectionKind::independent) {
    for (Index i = 0; i < d * M; ++i) omega.data()[i] = random.normal(first + unsigned_of(i));
    return omega;
  }
  const std::uint64_t square = unsigned_of(d) * unsigned_of(d);
  for (Index begin = 0; begin < M; begin += d, first += 2 * square) {
    const Matrix<double> Q = haar_orthogonal(d, random, first);
    for (Index j = 0; j < std::min(d, M - begin); ++j) {
      auto length_squared = static_cast<double>(d);
      if (kind == ProjectionKind::orthogonal_chi) {
        length_squared = 0.0;
        for (Index i = 0; i < d; ++i) {
          const double x = random.normal(first + square + unsigned_of(j * d + i));
          length_squared += x * x;
        }
      }
      const double length = std::sqrt(length_squared);
      for (Index i = 0; i < d; ++i) omega(i, begin + j) = length * Q(i, j);
    }
  }
  return omega;
}

}  // namespace slim
