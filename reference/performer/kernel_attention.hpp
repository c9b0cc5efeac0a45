// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/attention_rows.hpp"
#include "reference/performer/products.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <cmath>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

namespace slim::reference {

/// Which keys a query attends to, and the conventions of the denominator.
struct KernelRule {
  bool causal = true;
  std::span<const std::uint8_t> key_mask{};  ///< [L], 0: the key is masked; empty: no mask
  AttentionConventions conventions{};        ///< of the feature map: without effect here
  Index width = 1;                           ///< D, of queries, for the output scale
  std::span<const Index> counts{};           ///< by which outputs of rows are divided [L]; empty: 1
  double own_weight = 0.0;                   ///< added to the weight of a row's own key
  Index length = 1;                          ///< L

  [[nodiscard]] bool has_epsilon(EpsilonPlace place) const {
    return conventions.epsilons[place] > 0.0;
  }
  template <class Wide>
  [[nodiscard]] Wide epsilon(EpsilonPlace place) const {
    const auto each = static_cast<Wide>(conventions.epsilons[place]);
    return conventions.epsilon_times_length
               ? Wide(each * static_cast<Wide>(static_cast<double>(length)))
               : each;
  }
  [[nodiscard]] bool divides() const { return conventions.normaliser == Normaliser::denominator; }
  [[nodiscard]] bool is_masked(Index j) const {
    return !key_mask.empty() && key_mask[static_cast<std::size_t>(j)] == 0;
  }
  [[nodiscard]] bool sees(Index i, Index j) const { return !is_masked(j) && (!causal || j <= i); }
  /// c y_i/n_i, with the output scale c, for M features.
  template <class Wide>
  [[nodiscard]] Wide scaled(Wide y, Index i, Index M) const {
    using std::sqrt;
    const auto whole = [](Index n) { return static_cast<Wide>(static_cast<double>(n)); };
    if (!counts.empty()) y /= whole(counts[static_cast<std::size_t>(i)]);
    if (conventions.output_scale_by != OutputScale::number) {
      return y / sqrt(whole(conventions.output_scale_by == OutputScale::root_width ? width : M));
    }
    return conventions.output_scale == 1.0 ? y
                                           : Wide(y * static_cast<Wide>(conventions.output_scale));
  }
};

/// Kernel attention of one head, with its weights. All members but Y are sums, in the
/// accumulator's type.
template <class T>
struct KernelAttention {
  Matrix<accumulator_t<T>> W;        ///< weights, 0 where i does not attend to j [L, L]
  Vector<accumulator_t<T>> D;        ///< denominators, with ε; or 1 [L]
  Vector<accumulator_t<T>> dD_dsum;  ///< 1, or 0 where a denominator is constant [L]
  Matrix<T> Y;                       ///< [L, d]
  PrefixSums<accumulator_t<T>> end;
};

/// The denominator of a row from Σ_j W_ij + S₀·g(q_i) and Σ_m g(q_i)_m, and dD/dΣ.
template <class Wide>
std::pair<Wide, Wide> kernel_denominator(const KernelRule& rule, const Wide& sum,
                                         const Wide& sum_of_query) {
  if (!rule.divides()) return {Wide(1), Wide(0)};
  Wide D = sum;
  if (rule.has_epsilon(EpsilonPlace::sums)) {
    D += rule.epsilon<Wide>(EpsilonPlace::sums) * sum_of_query;
  }
  const auto small = rule.epsilon<Wide>(EpsilonPlace::when_small);
  if (rule.has_epsilon(EpsilonPlace::when_small) && D <= small && D >= -small) D += small + small;
  D += rule.epsilon<Wide>(EpsilonPlace::denominator);
  const auto least = rule.epsilon<Wide>(EpsilonPlace::clamped);
  if (rule.has_epsilon(EpsilonPlace::clamped) && D <= least) return {least, Wide(0)};
  return {D, Wide(1)};
}

/// The definition: kernel attention of one head, from the masked matrix of weights and the sums
/// over the preceding rows:
///   W_ij = g(q_i)·g(k_j) + w δ_ij if i attends to j, else 0
///   Y_i = c/n_i (Σ_j W_ij v_j + R₀ g(q_i)) / D_i,  D_i = Σ_j W_ij + S₀·g(q_i), with ε as `rule`
///   says R = R₀ + Σ_j v_j g(k_j)ᵀ,  S = S₀ + Σ_j g(k_j) over keys that are not masked
/// Source: Katharopoulos et al. 2020, equation 4; Choromanski et al. 2021, equation 2.
/// Cost: O(L² (M + d)) time, O(L²) memory.
template <class T>
KernelAttention<T> kernel_attention(const AttentionRows<T>& rows,
                                    const PrefixSums<accumulator_t<T>>& start,
                                    const KernelRule& rule) {
  using Wide = accumulator_t<T>;
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  KernelAttention<T> kept{.W = Matrix<Wide>(L, L),
                          .D = Vector<Wide>(L),
                          .dD_dsum = Vector<Wide>(L),
                          .Y = Matrix<T>(L, d),
                          .end = start};
  for (Index i = 0; i < L; ++i) {
    const auto gq = [&](Index m) -> Wide { return wide(rows.gQ(i, m)); };
    for (Index j = 0; j < L; ++j) {
      kept.W(i, j) = rule.sees(i, j)
                         ? sum<T>(M, [&](Index m) { return gq(m) * wide(rows.gK(j, m)); })
                         : Wide(0);
    }
    if (rule.own_weight > 0.0 && rule.sees(i, i)) {
      kept.W(i, i) += static_cast<Wide>(rule.own_weight);
    }
    const Wide weights = sum<T>(L, [&](Index j) { return kept.W(i, j); }) +
                         sum<T>(M, [&](Index m) { return start.S(m) * gq(m); });
    std::tie(kept.D(i), kept.dD_dsum(i)) = kernel_denominator<Wide>(rule, weights, sum<T>(M, gq));
    for (Index c = 0; c < d; ++c) {
      const Wide of_rows = sum<T>(L, [&](Index j) {
        return rule.sees(i, j) ? Wide(kept.W(i, j) * wide(rows.V(j, c))) : Wide(0);
      });
      const Wide before = sum<T>(M, [&](Index m) { return start.R(c, m) * gq(m); });
      kept.Y(i, c) = T(rule.scaled<Wide>((of_rows + before) / kept.D(i), i, M));
    }
  }
  for (Index j = 0; j < L; ++j) {
    if (rule.is_masked(j)) continue;
    for (Index m = 0; m < M; ++m) {
      const Wide gk = wide(rows.gK(j, m));
      for (Index c = 0; c < d; ++c) kept.end.R(c, m) += wide(rows.V(j, c)) * gk;
      kept.end.S(m) += gk;
    }
  }
  return kept;
}

/// The gradient of ⟨dY, Y⟩ + ⟨end, (R, S)⟩, directly from the definition:
///   dA_i = c/n_i dY_i / D_i,  dD_i = −Y_i·dY_i / D_i,  dW_ij = dA_i·v_j + dD_i where i attends to
///   j dg(q_i) = Σ_j dW_ij g(k_j) + R₀ᵀ dA_i + S₀ dD_i,  dg(k_j) = Σ_i dW_ij g(q_i) + dRᵀ v_j + dS
///   dv_j = Σ_i W_ij dA_i + dR g(k_j),  dR₀ = dR + Σ_i dA_i g(q_i)ᵀ,  dS₀ = dS + Σ_i dD_i g(q_i)
/// and 0 for a masked key.
template <class T>
AttentionPullback<T> kernel_attention_pullback(const AttentionRows<T>& rows,
                                               const PrefixSums<accumulator_t<T>>& start,
                                               const KernelRule& rule,
                                               const KernelAttention<T>& kept, const Matrix<T>& dY,
                                               const PrefixSums<accumulator_t<T>>& end) {
  using Wide = accumulator_t<T>;
  const Index L = rows.V.rows();
  const Index d = rows.V.cols();
  const Index M = rows.gQ.cols();
  const auto epsilon_of_sums = rule.epsilon<Wide>(EpsilonPlace::sums);
  AttentionPullback<T> result{.rows = {.gQ = Matrix<Wide>::Zero(L, M),
                                       .gK = Matrix<Wide>::Zero(L, M),
                                       .V = Matrix<Wide>::Zero(L, d)},
                              .start = end};
  AttentionRows<Wide>& drows = result.rows;
  for (Index i = 0; i < L; ++i) {
    RowVector<Wide> dA(d);
    for (Index c = 0; c < d; ++c) dA(c) = rule.scaled<Wide>(wide(dY(i, c)), i, M) / kept.D(i);
    const Wide inner = sum<T>(d, [&](Index c) { return wide(kept.Y(i, c)) * wide(dY(i, c)); });
    const Wide dD = -(inner / kept.D(i)) * kept.dD_dsum(i);
    for (Index j = 0; j < L; ++j) {
      if (!rule.sees(i, j)) continue;
      const Wide dW = sum<T>(d, [&](Index c) { return dA(c) * wide(rows.V(j, c)); }) + dD;
      for (Index m = 0; m < M; ++m) {
        drows.gQ(i, m) += dW * wide(rows.gK(j, m));
        drows.gK(j, m) += dW * wide(rows.gQ(i, m));
      }
      for (Index c = 0; c < d; ++c) drows.V(j, c) += kept.W(i, j) * dA(c);
    }
    for (Index m = 0; m < M; ++m) {
      drows.gQ(i, m) += sum<T>(d, [&](Index c) { return start.R(c, m) * dA(c); }) +
                        (start.S(m) + epsilon_of_sums) * dD;
      for (Index c = 0; c < d; ++c) result.start.R(c, m) += dA(c) * wide(rows.gQ(i, m));
      result.start.S(m) += dD * wide(rows.gQ(i, m));
    }
  }
  for (Index j = 0; j < L; ++j) {
    if (rule.is_masked(j)) continue;
    for (Index m = 0; m < M; ++m) {
      drows.gK(j, m) +=
          sum<T>(d, [&](Index c) { return end.R(c, m) * wide(rows.V(j, c)); }) + end.S(m);
    }
    for (Index c = 0; c < d; ++c) {
      drows.V(j, c) += sum<T>(M, [&](Index m) { return end.R(c, m) * wide(rows.gK(j, m)); });
    }
  }
  return result;
}

}  // namespace slim::reference
