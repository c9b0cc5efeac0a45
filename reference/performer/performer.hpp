// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/embedding.hpp"
#include "reference/performer/feed_forward.hpp"
#include "reference/performer/layer_norm.hpp"
#include "reference/performer/multi_head_attention.hpp"
#include "reference/vocabulary/model/state.hpp"

#include <vector>

namespace slim::reference {

/// One layer of the Performer over a whole sequence, with all intermediate values.
template <class T>
struct Layer {
  Matrix<T> attention_in;  ///< X, or LN(X) with the norm on the branch input [L, d_model]
  MultiHeadAttention<T> attention;
  NormalisedRows<T> norm1;
  Matrix<T> feed_forward_in;  ///< H, or LN(H)
  FeedForward<T> feed_forward;
  NormalisedRows<T> norm2;
  Matrix<T> Y;  ///< the layer's output X' [L, d_model]
};

/// What all rows of a layer share: parameters, feature functions and norm.
template <class T>
struct LayerContext {
  LayerParameters<const T> theta;
  std::vector<FeatureFunction<T>> g;  ///< of each head
  Norm norm;
  accumulator_t<T> epsilon;  ///< of the layer norm
  GeluForm gelu;
};

template <class T>
LayerContext<T> layer_context(const Model& model, const Parameters<T>& theta,
                              const Projection<T>& omega, Index r) {
  LayerContext<T> context{.theta = theta.layer(r),
                          .g = {},
                          .norm = model.norm,
                          .epsilon = accumulator_t<T>(model.conventions.layer_norm_epsilon),
                          .gelu = gelu_form(model.conventions)};
  for (Index h = 0; h < model.heads; ++h) {
    context.g.push_back({model.feature_map, model.conventions, omega.head(r, h)});
  }
  return context;
}

/// Norm on the branch output: H = X + LN(MHA(X)), X' = H + LN(FFN(H)).
/// Norm on the branch input:  H = X + MHA(LN(X)), X' = H + FFN(LN(H)).
template <class T>
Layer<T> layer(const LayerContext<T>& context,
               const std::vector<PrefixSums<accumulator_t<T>>>& start, const Matrix<T>& X) {
  const bool normalises_input = context.norm == Norm::branch_input;
  const auto& theta = context.theta;
  Layer<T> kept;
  if (normalises_input) kept.norm1 = layer_norm(theta.layernorm1, context.epsilon, X);
  kept.attention_in = normalises_input ? kept.norm1.Y : X;
  kept.attention = multi_head_attention(theta, context.g, start, kept.attention_in);
  if (!normalises_input)
    kept.norm1 = layer_norm(theta.layernorm1, context.epsilon, kept.attention.Y);
  const Matrix<T> H = X + (normalises_input ? kept.attention.Y : kept.norm1.Y);

  if (normalises_input) kept.norm2 = layer_norm(theta.layernorm2, context.epsilon, H);
  kept.feed_forward_in = normalises_input ? kept.norm2.Y : H;
  kept.feed_forward = feed_forward(theta, kept.feed_forward_in, context.gelu);
  if (!normalises_input)
    kept.norm2 = layer_norm(theta.layernorm2, context.epsilon, kept.feed_forward.Y);
  kept.Y = H + (normalises_input ? kept.feed_forward.Y : kept.norm2.Y);
  return kept;
}

/// Returns dX, adds to the layer's gradient, and updates `cotangent` from end to start.
template <class T>
Matrix<T> layer_pullback(const LayerContext<T>& context, const Layer<T>& kept, const Matrix<T>& dY,
                         std::vector<PrefixSums<accumulator_t<T>>>& cotangent,
                         LayerParameters<accumulator_t<T>> gradient) {
  const bool normalises_input = context.norm == Norm::branch_input;
  const auto& theta = context.theta;

  // X' = H + FFN branch
  const Matrix<T> dffn =
      normalises_input ? dY
                       : layer_norm_pullback(theta.layernorm2, kept.norm2, dY, gradient.layernorm2);
  Matrix<T> dH =
      feed_forward_pullback(theta, kept.feed_forward_in, kept.feed_forward, dffn, gradient);
  if (normalises_input)
    dH = layer_norm_pullback(theta.layernorm2, kept.norm2, dH, gradient.layernorm2);
  dH += dY;

  // H = X + attention branch
  const Matrix<T> dmha =
      normalises_input ? dH
                       : layer_norm_pullback(theta.layernorm1, kept.norm1, dH, gradient.layernorm1);
  Matrix<T> dX = multi_head_attention_pullback(theta, context.g, kept.attention_in, kept.attention,
                                               dmha, cotangent, gradient);
  if (normalises_input)
    dX = layer_norm_pullback(theta.layernorm1, kept.norm1, dX, gradient.layernorm1);
  return dX + dH;
}

}  // namespace slim::reference
