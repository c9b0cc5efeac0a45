// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_rows.hpp"
#include "reference/performer/denominator.hpp"
#include "reference/performer/products.hpp"

namespace slim::reference {

/// Results of bidirectional linear attention. Sums and denominators are in the accumulator's type.
template <class T>
struct BidirectionalAttention {
  PrefixSums<accumulator_t<T>> sums;  ///< over all rows
  Vector<accumulator_t<T>> D;         ///< denominators [L], with ε
  Matrix<T> Y;                        ///< output [L, d]
  Denominator<accumulator_t<T>> denominator;
};

/// Bidirectional linear attention of one head, with the sums R₀, S₀ over preceding rows:
///   R = R₀ + Σ V_l g(K_l)ᵀ,  S = S₀ + Σ g(K_l),  Y_l = R g(Q_l) / (S·g(Q_l) + ε)
/// Source: Choromanski et al. 2021. Cost: O(L d M) time.
template <class T>
BidirectionalAttention<T> bidirectional_attention(
    const AttentionRows<T>& rows, const PrefixSums<accumulator_t<T>>& start,
    const Denominator<accumulator_t<T>>& denominator) {
  using Wide = accumulator_t<T>;
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  BidirectionalAttention<T> kept{
      .sums = {.R = start.R + wide_product(rows.V.transpose(), rows.gK), .S = start.S},
      .D = Vector<Wide>(L),
      .Y = Matrix<T>(L, d),
      .denominator = denominator};
  for (Index m = 0; m < M; ++m) {
    kept.sums.S(m) += sum<T>(L, [&](Index l) -> Wide { return wide(rows.gK(l, m)); });
  }
  for (Index l = 0; l < L; ++l) {
    Wide weights =
        sum<T>(M, [&](Index m) { return denominator.seen(kept.sums.S(m)) * wide(rows.gQ(l, m)); });
    if (denominator.has_own_weights()) weights += denominator.own_weight(l);
    kept.D(l) = denominator.of(weights);
    for (Index i = 0; i < d; ++i) {
      Wide A = sum<T>(M, [&](Index m) { return kept.sums.R(i, m) * wide(rows.gQ(l, m)); });
      if (denominator.has_own_weights()) A += denominator.own_weight(l) * wide(rows.V(l, i));
      kept.Y(l, i) = T(denominator.scaled(A / kept.D(l), l));
    }
  }
  return kept;
}

/// The gradient of ⟨dY, Y⟩ + ⟨end, (R, S)⟩, with end = (dR, dS):
///   dA_l = f_l dY_l / D_l,  dD_l = −Y_l·dA_l, or 0 where D_l is clamped
///   dg(Q_l) = Rᵀ dA_l + S dD_l,  dR₀ = dR + Σ dA_l g(Q_l)ᵀ,  dS₀ = dS + Σ dD_l g(Q_l)
///   dV_l = dR₀ g(K_l),  dg(K_l) = dR₀ᵀ V_l + dS₀
template <class T>
AttentionPullback<T> bidirectional_attention_pullback(const AttentionRows<T>& rows,
                                                      const BidirectionalAttention<T>& kept,
                                                      const Matrix<T>& dY,
                                                      const PrefixSums<accumulator_t<T>>& end) {
  using Wide = accumulator_t<T>;
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  AttentionPullback<T> result{
      .rows = {.gQ = Matrix<Wide>(L, M), .gK = Matrix<Wide>(L, M), .V = Matrix<Wide>::Zero(L, d)},
      .start = end};
  AttentionRows<Wide>& drows = result.rows;
  PrefixSums<Wide>& dsums = result.start;
  Vector<Wide> dA(d);
  for (Index l = 0; l < L; ++l) {
    for (Index i = 0; i < d; ++i) dA(i) = wide(dY(l, i)) / kept.D(l);
    const Wide dD = kept.denominator.moves(kept.D(l))
                        ? Wide(-sum<T>(d, [&](Index i) { return wide(kept.Y(l, i)) * dA(i); }))
                        : Wide(0);
    if (kept.denominator.has_factors()) dA *= kept.denominator.factor(l);
    for (Index m = 0; m < M; ++m) {
      drows.gQ(l, m) = sum<T>(d, [&](Index i) { return kept.sums.R(i, m) * dA(i); }) +
                       kept.denominator.seen(kept.sums.S(m)) * dD;
      for (Index i = 0; i < d; ++i) dsums.R(i, m) += dA(i) * wide(rows.gQ(l, m));
      dsums.S(m) += dD * wide(rows.gQ(l, m));
    }
    if (kept.denominator.has_own_weights()) {
      for (Index i = 0; i < d; ++i) drows.V(l, i) = kept.denominator.own_weight(l) * dA(i);
    }
  }
  for (Index l = 0; l < L; ++l) {
    for (Index m = 0; m < M; ++m) {
      drows.gK(l, m) =
          sum<T>(d, [&](Index i) { return dsums.R(i, m) * wide(rows.V(l, i)); }) + dsums.S(m);
    }
    for (Index i = 0; i < d; ++i) {
      drows.V(l, i) += sum<T>(M, [&](Index m) { return dsums.R(i, m) * wide(rows.gK(l, m)); });
    }
  }
  return result;
}

}  // namespace slim::reference
