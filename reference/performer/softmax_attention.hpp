// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_side.hpp"
#include "reference/performer/kernel_attention.hpp"

namespace slim::reference {

/// One head's queries and keys [L, D] and values [L, d]; or their cotangents.
template <class T>
struct SoftmaxRows {
  Matrix<T> Q;
  Matrix<T> K;
  Matrix<T> V;
};

/// Softmax attention of one head, with its weights.
template <class T>
struct SoftmaxAttention {
  Matrix<T> P;  ///< weights; rows sum to 1, or are 0 for a query without keys [L, L]
  Matrix<T> Y;  ///< [L, d]
};

/// The factor c of the scores s_ij = c q_i·k_j, however the two sides share it: 1/√D or 1.
template <class T>
T softmax_scale(Scaling scaling, Index D) {
  return side_scale<T>(scaling, true, true, D) * side_scale<T>(scaling, true, false, D);
}

/// Softmax attention, which Performers approximate:
///   P_ij = exp(s_ij − max_j s_ij) / Σ_j of the same, over the keys that i attends to
///   Y_i = Σ_j P_ij v_j
/// Only the mask and the direction of `rule` matter; ε is not used.
/// Source: Vaswani et al. 2017, equation 1.
template <class T>
SoftmaxAttention<T> softmax_attention(const SoftmaxRows<T>& rows, Scaling scaling,
                                      const KernelRule& rule) {
  using std::exp;
  const Index L = rows.V.rows();
  const Index D = rows.Q.cols();
  const T c = softmax_scale<T>(scaling, D);
  SoftmaxAttention<T> kept{.P = Matrix<T>::Zero(L, L), .Y = Matrix<T>::Zero(L, rows.V.cols())};
  for (Index i = 0; i < L; ++i) {
    Index best = -1;
    for (Index j = 0; j < L; ++j) {
      if (!rule.sees(i, j)) continue;
      kept.P(i, j) = c * sum<T>(D, [&](Index k) { return rows.Q(i, k) * rows.K(j, k); });
      if (best < 0 || kept.P(i, j) > kept.P(i, best)) best = j;
    }
    if (best < 0) continue;
    const T largest = kept.P(i, best);
    for (Index j = 0; j < L; ++j) {
      if (rule.sees(i, j)) kept.P(i, j) = exp(kept.P(i, j) - largest);
    }
    const T total = sum<T>(L, [&](Index j) { return kept.P(i, j); });
    for (Index j = 0; j < L; ++j) kept.P(i, j) /= total;
    for (Index k = 0; k < rows.V.cols(); ++k) {
      kept.Y(i, k) = sum<T>(
          L, [&](Index j) { return rule.sees(i, j) ? T(kept.P(i, j) * rows.V(j, k)) : T(0); });
    }
  }
  return kept;
}

/// The gradient of ⟨dY, Y⟩:
///   dP_ij = dY_i·v_j,  ds_ij = P_ij (dP_ij − Σ_j P_ij dP_ij)
///   dq_i = c Σ_j ds_ij k_j,  dk_j = c Σ_i ds_ij q_i,  dv_j = Σ_i P_ij dY_i
template <class T>
SoftmaxRows<T> softmax_attention_pullback(const SoftmaxRows<T>& rows, Scaling scaling,
                                          const KernelRule& rule, const SoftmaxAttention<T>& kept,
                                          const Matrix<T>& dY) {
  const Index L = rows.V.rows();
  const Index D = rows.Q.cols();
  const Index d = rows.V.cols();
  const T c = softmax_scale<T>(scaling, D);
  SoftmaxRows<T> result{
      .Q = Matrix<T>::Zero(L, D), .K = Matrix<T>::Zero(L, D), .V = Matrix<T>::Zero(L, d)};
  for (Index i = 0; i < L; ++i) {
    RowVector<T> dP = RowVector<T>::Zero(L);
    for (Index j = 0; j < L; ++j) {
      if (rule.sees(i, j)) dP(j) = sum<T>(d, [&](Index k) { return dY(i, k) * rows.V(j, k); });
    }
    const T mean = sum<T>(L, [&](Index j) { return kept.P(i, j) * dP(j); });
    for (Index j = 0; j < L; ++j) {
      if (!rule.sees(i, j)) continue;
      const T ds = kept.P(i, j) * (dP(j) - mean);
      for (Index k = 0; k < D; ++k) {
        result.Q(i, k) += c * ds * rows.K(j, k);
        result.K(j, k) += c * ds * rows.Q(i, k);
      }
      for (Index k = 0; k < d; ++k) result.V(j, k) += kept.P(i, j) * dY(i, k);
    }
  }
  return result;
}

}  // namespace slim::reference
