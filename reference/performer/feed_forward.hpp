// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/gelu.hpp"
#include "reference/performer/linear.hpp"

namespace slim::reference {

/// The feed-forward branch over a whole sequence, with all intermediate values.
template <class T>
struct FeedForward {
  Matrix<T> U;       ///< before GeLU [L, d_ff]
  GeluRows<T> gelu;  ///< [L, d_ff]
  Matrix<T> Y;       ///< [L, d_model]
};

/// FFN(X) = GeLU(X W₁ᵀ + b₁) W₂ᵀ + b₂; W₁ is U_map's weight, W₂ is V_map's.
template <class T>
FeedForward<T> feed_forward(const LayerParameters<const T>& theta, const Matrix<T>& X,
                            const GeluForm& form = {}) {
  FeedForward<T> kept;
  kept.U = linear(theta.U_map, X);
  kept.gelu = gelu(kept.U, form);
  kept.Y = linear(theta.V_map, kept.gelu.Y);
  return kept;
}

/// Returns dX and adds to the layer's gradient.
template <class T>
Matrix<T> feed_forward_pullback(const LayerParameters<const T>& theta, const Matrix<T>& X,
                                const FeedForward<T>& kept, const Matrix<T>& dY,
                                LayerParameters<accumulator_t<T>> gradient) {
  const Matrix<T> dgelu = linear_pullback(theta.V_map, kept.gelu.Y, dY, gradient.V_map);
  const Matrix<T> dU = gelu_pullback(kept.U, kept.gelu, dgelu);
  return linear_pullback(theta.U_map, X, dU, gradient.U_map);
}

}  // namespace slim::reference
