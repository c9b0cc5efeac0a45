#pragma once

#include "reference/vocabulary/matrix.hpp"
#include "reference/vocabulary/scalar.hpp"

namespace slim::reference {

/// Whether a scalar's sums are taken pairwise: the counting one's, so that its depth is log n. All
/// others are taken one term after another, as a naive program does.
template <class T>
inline constexpr bool sums_pairwise = std::is_same_v<T, Counted>;

/// Σ term(i) for i from 0 to count - 1; 0 when there are none.
/// Order of summation: ascending, or pairwise where `sums_pairwise<T>`. Cost: count - 1 additions.
template <class T, class Term>
T sum(Index count, const Term& term, Index first = 0) {
  if (count == 0) return T(0);
  if constexpr (sums_pairwise<T>) {
    if (count == 1) return term(first);
    const Index half = count / 2;
    return sum<T>(half, term, first) + sum<T>(count - half, term, first + half);
  } else {
    T total = term(first);
    for (Index i = first + 1; i < first + count; ++i) total += term(i);
    return total;
  }
}

/// The matrix product A B: the matrix library's for hardware numbers, Σ_j A_ij B_jk for others.
/// Shapes: A [n, m], B [m, p], result [n, p].
template <class A, class B>
Matrix<typename A::Scalar> product(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  using T = typename A::Scalar;
  if constexpr (is_hardware_float<T>) {
    return a * b;
  } else {
    Matrix<T> c(a.rows(), b.cols());
    for (Index i = 0; i < a.rows(); ++i) {
      for (Index k = 0; k < b.cols(); ++k) {
        c(i, k) = sum<T>(
            a.cols(), [&](Index j) { return a.derived().coeff(i, j) * b.derived().coeff(j, k); });
      }
    }
    return c;
  }
}

}  // namespace slim::reference
