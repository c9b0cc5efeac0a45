// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_rows.hpp"
#include "reference/performer/denominator.hpp"
#include "reference/performer/products.hpp"

#include <type_traits>
#include <vector>

namespace slim::reference {

/// Results of causal linear attention in the full-memory form. Sums and denominators are in the
/// accumulator's type.
template <class T>
struct PrefixAttention {
  std::vector<PrefixSums<accumulator_t<T>>> sums;  ///< after row l, for every l
  Vector<accumulator_t<T>> D;                      ///< denominators [L], with ε
  Matrix<T> Y;                                     ///< output [L, d]
  Denominator<accumulator_t<T>> denominator;       ///< how D was computed
};

/// Causal linear attention of one head, starting from the prefix sums of all preceding rows:
///   R_l = R_{l-1} + V_l g(K_l)ᵀ,  S_l = S_{l-1} + g(K_l),  Y_l = R_l g(Q_l) / (S_l·g(Q_l) + ε)
/// with ε placed as `denominator` says; a bare number is the paper's ε.
/// Source: SLiM Performer, section on explicit prefix sums. Cost: O(L d M) time and memory.
template <class T>
PrefixAttention<T> prefix_attention(const AttentionRows<T>& rows,
                                    const PrefixSums<accumulator_t<T>>& start,
                                    const Denominator<accumulator_t<T>>& denominator) {
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  PrefixAttention<T> kept{.sums = {},
                          .D = Vector<accumulator_t<T>>(L),
                          .Y = Matrix<T>(L, d),
                          .denominator = denominator};
  kept.sums.reserve(static_cast<std::size_t>(L));
  PrefixSums<accumulator_t<T>> running = start;
  for (Index l = 0; l < L; ++l) {
    for (Index m = 0; m < M; ++m) {
      for (Index i = 0; i < d; ++i) running.R(i, m) += wide(rows.V(l, i)) * wide(rows.gK(l, m));
      running.S(m) += wide(rows.gK(l, m));
    }
    kept.sums.push_back(running);
    accumulator_t<T> weights =
        sum<T>(M, [&](Index m) { return denominator.seen(running.S(m)) * wide(rows.gQ(l, m)); });
    if (denominator.has_own_weights()) weights += denominator.own_weight(l);
    kept.D(l) = denominator.of(weights);
    for (Index i = 0; i < d; ++i) {
      accumulator_t<T> A =
          sum<T>(M, [&](Index m) { return running.R(i, m) * wide(rows.gQ(l, m)); });
      if (denominator.has_own_weights()) A += denominator.own_weight(l) * wide(rows.V(l, i));
      kept.Y(l, i) = T(denominator.scaled(A / kept.D(l), l));
    }
  }
  return kept;
}

/// The gradient of ⟨dY, Y⟩ + ⟨end, (R_L, S_L)⟩, from the last row to the first:
///   dA_l = f_l dY_l / D_l,  dD_l = −Y_l·dY_l / D_l, or 0 where D_l is clamped
///   dg(Q_l) = R_lᵀ dA_l + S_l dD_l
///   dR_l = dR_{l+1} + dA_l g(Q_l)ᵀ,  dS_l = dS_{l+1} + dD_l g(Q_l)
///   dV_l = dR_l g(K_l),  dg(K_l) = dR_lᵀ V_l + dS_l
template <class T>
AttentionPullback<T> prefix_attention_pullback(const AttentionRows<T>& rows,
                                               const PrefixAttention<T>& kept, const Matrix<T>& dY,
                                               const PrefixSums<accumulator_t<T>>& end) {
  using Wide = accumulator_t<T>;
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  AttentionPullback<T> result{
      .rows = {.gQ = Matrix<Wide>(L, M), .gK = Matrix<Wide>(L, M), .V = Matrix<Wide>(L, d)},
      .start = end};
  AttentionRows<Wide>& drows = result.rows;
  PrefixSums<Wide>& dsums = result.start;
  Vector<Wide> dA(d);
  for (Index l = L - 1; l >= 0; --l) {
    const PrefixSums<Wide>& sums = kept.sums[static_cast<std::size_t>(l)];
    for (Index i = 0; i < d; ++i) dA(i) = wide(dY(l, i)) / kept.D(l);
    const Wide dD = kept.denominator.moves(kept.D(l))
                        ? Wide(-sum<T>(d, [&](Index i) { return wide(kept.Y(l, i)) * dA(i); }))
                        : Wide(0);
    if (kept.denominator.has_factors()) dA *= kept.denominator.factor(l);
    for (Index m = 0; m < M; ++m) {
      drows.gQ(l, m) = sum<T>(d, [&](Index i) { return sums.R(i, m) * dA(i); }) +
                       kept.denominator.seen(sums.S(m)) * dD;
      for (Index i = 0; i < d; ++i) dsums.R(i, m) += dA(i) * wide(rows.gQ(l, m));
      dsums.S(m) += dD * wide(rows.gQ(l, m));
      drows.gK(l, m) =
          sum<T>(d, [&](Index i) { return dsums.R(i, m) * wide(rows.V(l, i)); }) + dsums.S(m);
    }
    for (Index i = 0; i < d; ++i) {
      drows.V(l, i) = sum<T>(M, [&](Index m) { return dsums.R(i, m) * wide(rows.gK(l, m)); });
      if (kept.denominator.has_own_weights()) {
        drows.V(l, i) += kept.denominator.own_weight(l) * dA(i);
      }
    }
  }
  return result;
}

}  // namespace slim::reference
