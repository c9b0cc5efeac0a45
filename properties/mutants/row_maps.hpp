// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/embedding.hpp"
#include "reference/performer/feed_forward.hpp"
#include "reference/performer/layer_norm.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::properties::mutants {

/// The operations of a model on single rows, as in the reference. A mutant derives from this and
/// overrides the step that it gets wrong.
template <class T>
class RowMaps {
 public:
  RowMaps() = default;
  RowMaps(const RowMaps&) = delete;
  RowMaps& operator=(const RowMaps&) = delete;
  virtual ~RowMaps() = default;

  /// The rows of sequence b [L, d_model], which has no padding.
  [[nodiscard]] virtual Matrix<T> embedding(const GradientTask<T>& task, Index b) const {
    return reference::embedding(task.model, task.theta, task.sequences, b, task.first_position);
  }
  virtual void embedding_pullback(const GradientTask<T>& task, Index b, const Matrix<T>& dX,
                                  Parameters<T>& gradient) const {
    reference::embedding_pullback(task.model, task.sequences, b, task.first_position, dX, gradient);
  }
  [[nodiscard]] virtual reference::NormalisedRows<T> layer_norm(const LayerNorm<const T>& norm,
                                                                const T& epsilon,
                                                                const Matrix<T>& X) const {
    return reference::layer_norm(norm, epsilon, X);
  }
  [[nodiscard]] virtual Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm,
                                                      const reference::NormalisedRows<T>& rows,
                                                      const Matrix<T>& dY,
                                                      LayerNorm<T> gradient) const {
    return reference::layer_norm_pullback(norm, rows, dY, gradient);
  }
  /// Y = X Wᵀ + b, for queries, keys, values, the feed-forward branch and the logits.
  [[nodiscard]] virtual Matrix<T> linear(const LinearMap<const T>& map, const Matrix<T>& X) const {
    return reference::linear(map, X);
  }
  [[nodiscard]] virtual Matrix<T> linear_pullback(const LinearMap<const T>& map, const Matrix<T>& X,
                                                  const Matrix<T>& dY,
                                                  LinearMap<T> gradient) const {
    return reference::linear_pullback(map, X, dY, gradient);
  }
  [[nodiscard]] virtual reference::FeedForward<T> feed_forward(
      const LayerParameters<const T>& theta, const Matrix<T>& X,
      const reference::GeluForm& form) const {
    reference::FeedForward<T> kept;
    kept.U = linear(theta.U_map, X);
    kept.gelu = reference::gelu(kept.U, form);
    kept.Y = linear(theta.V_map, kept.gelu.Y);
    return kept;
  }
  [[nodiscard]] virtual Matrix<T> feed_forward_pullback(const LayerParameters<const T>& theta,
                                                        const Matrix<T>& X,
                                                        const reference::FeedForward<T>& kept,
                                                        const Matrix<T>& dY,
                                                        LayerParameters<T> gradient) const {
    const Matrix<T> dgelu = linear_pullback(theta.V_map, kept.gelu.Y, dY, gradient.V_map);
    const Matrix<T> dU = reference::gelu_pullback(kept.U, kept.gelu, dgelu);
    return linear_pullback(theta.U_map, X, dU, gradient.U_map);
  }
  /// The column of q, k, v and of the output that is column i of head h, for heads of width d.
  [[nodiscard]] virtual Index column(Index h, Index i, Index /*heads*/, Index d) const {
    return h * d + i;
  }
};

/// A whole model and its gradient: the reference with `attention` for the heads of the whole batch,
/// and with these row maps. Instantiated for float, double and 50 digits.
template <class T>
GradientFunction<T> model_of(const AttentionFunction<T>& attention,
                             std::shared_ptr<const RowMaps<T>> row_maps);

}  // namespace slim::properties::mutants
