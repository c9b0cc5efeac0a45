// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/feature_map.hpp"
#include "reference/performer/linear.hpp"
#include "reference/performer/prefix_attention.hpp"

#include <vector>

namespace slim::reference {

/// One layer's attention over a whole sequence, with all intermediate values.
template <class T>
struct MultiHeadAttention {
  Matrix<T> Q, K, V;                   ///< [L, d_model]
  std::vector<AttentionRows<T>> rows;  ///< of each head
  std::vector<PrefixAttention<T>> heads;
  Matrix<T> Y;  ///< concatenated heads [L, d_model]; no output map
};

/// The columns of head h: heads are contiguous blocks of d columns.
template <class T>
Matrix<T> head_of(const Matrix<T>& X, Index h, Index d) {
  return X.middleCols(h * d, d);
}

/// Q, K, V are linear maps of X; each head attends with its features g; Y concatenates the heads.
/// `start` holds each head's prefix sums before the first row. Shapes: X and Y [L, d_model].
template <class T>
MultiHeadAttention<T> multi_head_attention(const LayerParameters<const T>& theta,
                                           const std::vector<FeatureFunction<T>>& g,
                                           const std::vector<PrefixSums<accumulator_t<T>>>& start,
                                           const Matrix<T>& X) {
  const Index d = X.cols() / static_cast<Index>(g.size());
  MultiHeadAttention<T> kept;
  kept.Q = linear(theta.q_map, X);
  kept.K = linear(theta.k_map, X);
  kept.V = linear(theta.v_map, X);
  kept.Y.resize(X.rows(), X.cols());
  for (std::size_t h = 0; h < g.size(); ++h) {
    const auto head = static_cast<Index>(h);
    kept.rows.push_back({.gQ = features(g[h], head_of(kept.Q, head, d)),
                         .gK = features(g[h], head_of(kept.K, head, d)),
                         .V = head_of(kept.V, head, d)});
    kept.heads.push_back(prefix_attention(kept.rows[h], start[h],
                                          accumulator_t<T>(g[h].conventions.denominator_epsilon)));
    kept.Y.middleCols(head * d, d) = kept.heads[h].Y;
  }
  return kept;
}

/// Returns dX, adds to the layer's gradient, and replaces `cotangent`, the cotangent of each head's
/// prefix sums after the last row, by the cotangent of the prefix sums before the first row.
template <class T>
Matrix<T> multi_head_attention_pullback(const LayerParameters<const T>& theta,
                                        const std::vector<FeatureFunction<T>>& g,
                                        const Matrix<T>& X, const MultiHeadAttention<T>& kept,
                                        const Matrix<T>& dY,
                                        std::vector<PrefixSums<accumulator_t<T>>>& cotangent,
                                        LayerParameters<accumulator_t<T>> gradient) {
  const Index d = X.cols() / static_cast<Index>(g.size());
  Matrix<T> dQ(X.rows(), X.cols());
  Matrix<T> dK(X.rows(), X.cols());
  Matrix<T> dV(X.rows(), X.cols());
  for (std::size_t h = 0; h < g.size(); ++h) {
    const auto head = static_cast<Index>(h);
    AttentionPullback<T> pulled =
        prefix_attention_pullback(kept.rows[h], kept.heads[h], head_of(dY, head, d), cotangent[h]);
    dQ.middleCols(head * d, d) =
        features_pullback(g[h], head_of(kept.Q, head, d), kept.rows[h].gQ, pulled.rows.gQ);
    dK.middleCols(head * d, d) =
        features_pullback(g[h], head_of(kept.K, head, d), kept.rows[h].gK, pulled.rows.gK);
    dV.middleCols(head * d, d) = narrowed<T>(std::move(pulled.rows.V));
    cotangent[h] = std::move(pulled.start);
  }
  return linear_pullback(theta.q_map, X, dQ, gradient.q_map) +
         linear_pullback(theta.k_map, X, dK, gradient.k_map) +
         linear_pullback(theta.v_map, X, dV, gradient.v_map);
}

}  // namespace slim::reference
