// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

namespace slim::reference {

/// Whether sums in this scalar are pairwise: only in Counted, so that their depth is log n. In all
/// others terms are added one after another, as in a naive program.
template <class T>
inline constexpr bool sums_pairwise = std::is_same_v<T, Counted>;

/// Σ term(i) for i from first to first + count - 1, terms and sum in the accumulator's type; 0 if
/// count is 0.
/// Order of summation: ascending, or pairwise where `sums_pairwise<T>`. Cost: count - 1 additions.
template <class T, class Term>
accumulator_t<T> sum(Index count, const Term& term, Index first = 0) {
  if (count == 0) return accumulator_t<T>(0);
  if constexpr (sums_pairwise<T>) {
    if (count == 1) return term(first);
    const Index half = count / 2;
    return sum<T>(half, term, first) + sum<T>(count - half, term, first + half);
  } else {
    accumulator_t<T> total = term(first);
    for (Index i = first + 1; i < first + count; ++i) total += term(i);
    return total;
  }
}

/// The matrix product A B, not yet rounded to storage, in the accumulator's type: by Eigen for
/// hardware numbers, as Σ_j A_ij B_jk for others.
/// Shapes: A [n, m], B [m, p], result [n, p].
template <class A, class B>
Matrix<accumulator_t<typename A::Scalar>> wide_product(const Eigen::MatrixBase<A>& a,
                                                       const Eigen::MatrixBase<B>& b) {
  using T = typename A::Scalar;
  if constexpr (is_hardware_float<T> && std::is_same_v<T, typename B::Scalar>) {
    return a * b;
  } else {
    Matrix<accumulator_t<T>> c(a.rows(), b.cols());
    for (Index i = 0; i < a.rows(); ++i) {
      for (Index k = 0; k < b.cols(); ++k) {
        c(i, k) = sum<T>(a.cols(), [&](Index j) {
          return wide(a.derived().coeff(i, j)) * wide(b.derived().coeff(j, k));
        });
      }
    }
    return c;
  }
}

/// Rounds each sum once to the storage type.
template <class T>
Matrix<T> narrowed(Matrix<accumulator_t<T>> sums) {
  if constexpr (std::is_same_v<accumulator_t<T>, T>) {
    return sums;
  } else {
    return sums.template cast<T>();
  }
}

/// The matrix product A B, rounded to the storage type.
template <class A, class B>
Matrix<typename A::Scalar> product(const Eigen::MatrixBase<A>& a, const Eigen::MatrixBase<B>& b) {
  return narrowed<typename A::Scalar>(wide_product(a, b));
}

}  // namespace slim::reference
