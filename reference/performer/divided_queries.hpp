// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_rows.hpp"
#include "reference/performer/products.hpp"

namespace slim::reference {

/// S_i = S₀ + Σ_j g(k_j) + ε over the keys j that row i attends to [L, M]. `sees(i, j)` says which.
template <class T, class Sees>
Matrix<accumulator_t<T>> sums_of_keys(const Matrix<T>& gK, const Vector<accumulator_t<T>>& start,
                                      const accumulator_t<T>& epsilon, const Sees& sees) {
  using Wide = accumulator_t<T>;
  Matrix<Wide> S(gK.rows(), gK.cols());
  for (Index i = 0; i < gK.rows(); ++i) {
    for (Index m = 0; m < gK.cols(); ++m) {
      S(i, m) = start(m) + epsilon + sum<T>(gK.rows(), [&](Index j) -> Wide {
                  return sees(i, j) ? Wide(wide(gK(j, m))) : Wide(0);
                });
    }
  }
  return S;
}

/// g(q_i)_m/S_im
template <class T>
Matrix<T> divided_queries(Matrix<T> gQ, const Matrix<accumulator_t<T>>& S) {
  for (Index i = 0; i < gQ.rows(); ++i) {
    for (Index m = 0; m < gQ.cols(); ++m) gQ(i, m) = T(wide(gQ(i, m)) / S(i, m));
  }
  return gQ;
}

/// From the pullback with divided queries h = g(q)/S in `rows`:
///   dg(q_i) = dh_i/S_i,  dS_i = −h_i dh_i/S_i,  dg(k_j) += Σ_i dS_i where i attends to j,
///   dS₀ += Σ_i dS_i
template <class T, class Sees>
void pull_back_divided_queries(const AttentionRows<T>& rows, const Matrix<accumulator_t<T>>& S,
                               const Sees& sees, AttentionPullback<T>& pulled) {
  using Wide = accumulator_t<T>;
  for (Index i = 0; i < S.rows(); ++i) {
    for (Index m = 0; m < S.cols(); ++m) {
      const Wide dgQ = pulled.rows.gQ(i, m) / S(i, m);
      const Wide dS = -(wide(rows.gQ(i, m)) * dgQ);
      pulled.rows.gQ(i, m) = dgQ;
      pulled.start.S(m) += dS;
      for (Index j = 0; j < S.rows(); ++j) {
        if (sees(i, j)) pulled.rows.gK(j, m) += dS;
      }
    }
  }
}

}  // namespace slim::reference
