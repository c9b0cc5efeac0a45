// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/row_map_mutants.hpp"

#include "properties/mutants/whole_models.hpp"

#include <cmath>

namespace slim::properties::mutants {
namespace {

/// dX = Φ(X) dY, without X φ(X) dY: Φ is treated as a constant.
template <class T>
class GeluSlopeWithoutDensity final : public RowMaps<T> {
 public:
  [[nodiscard]] Matrix<T> feed_forward_pullback(const LayerParameters<const T>& theta,
                                                const Matrix<T>& X,
                                                const reference::FeedForward<T>& kept,
                                                const Matrix<T>& dY,
                                                LayerParameters<T> gradient) const override {
    const Matrix<T> dgelu =
        reference::linear_pullback(theta.V_map, kept.gelu.Y, dY, gradient.V_map);
    const Matrix<T> dU = dgelu.cwiseProduct(kept.gelu.Phi);
    return reference::linear_pullback(theta.U_map, X, dU, gradient.U_map);
  }
};

/// dE_token = dX_l of the last row l with this token, in place of the sum over all its rows.
template <class T>
class EmbeddingGradientOverwritten final : public RowMaps<T> {
 public:
  void embedding_pullback(const GradientTask<T>& task, Index b, const Matrix<T>& dX,
                          Parameters<T>& gradient) const override {
    RowMaps<T>::embedding_pullback(task, b, dX, gradient);
    MatrixView<T> dE = gradient.input_map();
    for (Index l = 0; l < dX.rows(); ++l) {
      dE.row(task.sequences.input(b, l)) = dX.row(l).head(dE.cols());
    }
  }
};

/// The learned half of the embedding is multiplied by √d_model, with the correct pullback of this.
template <class T>
class EmbeddingScaled final : public RowMaps<T> {
 public:
  [[nodiscard]] Matrix<T> embedding(const GradientTask<T>& task, Index b) const override {
    return scaled(RowMaps<T>::embedding(task, b));
  }
  void embedding_pullback(const GradientTask<T>& task, Index b, const Matrix<T>& dX,
                          Parameters<T>& gradient) const override {
    RowMaps<T>::embedding_pullback(task, b, scaled(dX), gradient);
  }

 private:
  static Matrix<T> scaled(Matrix<T> X) {
    using std::sqrt;
    X.leftCols(X.cols() / 2) *= T(sqrt(T(X.cols())));
    return X;
  }
};

/// Position codes are sin, cos, sin, cos, … in place of all sines and then all cosines.
template <class T>
class PositionsInterleaved final : public RowMaps<T> {
 public:
  [[nodiscard]] Matrix<T> embedding(const GradientTask<T>& task, Index b) const override {
    Matrix<T> X = RowMaps<T>::embedding(task, b);
    if (task.model.learns_positions()) return X;
    const Index width = X.cols() / 2;
    const Matrix<T> code = X.rightCols(width);
    for (Index i = 0; i < width; ++i) {
      X.col(width + i) = code.col(i % 2 == 0 ? i / 2 : width / 2 + i / 2);
    }
    return X;
  }
};

/// The first row has this position in place of 0.
template <class T>
class PositionsFrom final : public RowMaps<T> {
 public:
  explicit PositionsFrom(Index first) : first_(first) {}
  [[nodiscard]] Matrix<T> embedding(const GradientTask<T>& task, Index b) const override {
    return reference::embedding(task.model, task.theta, task.sequences, b,
                                task.first_position + first_);
  }

 private:
  Index first_;
};

/// Head h of k heads has columns h, h + k, h + 2k, …
template <class T>
class HeadsInterleaved final : public RowMaps<T> {
 public:
  [[nodiscard]] Index column(Index h, Index i, Index heads, Index /*d*/) const override {
    return i * heads + h;
  }
};

}  // namespace

std::vector<Mutant> row_map_mutants() {
  return {
      model_mutant("gelu-slope-without-density", "the derivative of GeLU is Φ(x), without x φ(x)",
                   "activations written as x times a gate that is not differentiated",
                   with_row_maps<GeluSlopeWithoutDensity>()),
      model_mutant("embedding-gradient-overwritten",
                   "the gradient of a token's embedding comes from its last row only",
                   "scattered assignments in place of scattered additions",
                   with_row_maps<EmbeddingGradientOverwritten>()),
      model_mutant("embedding-scaled", "the learned embedding is multiplied by √d_model",
                   "ports from models that share the weights of embedding and logits",
                   with_row_maps<EmbeddingScaled>()),
      model_mutant(
          "positions-interleaved",
          "sines and cosines of positions alternate, in place of all sines followed by all cosines",
          "position codes of another library", with_row_maps<PositionsInterleaved>()),
      model_mutant("positions-from-one", "the first row has position 1 in place of 0",
                   "libraries that reserve position 0 for padding",
                   with_row_maps<PositionsFrom>(Index{1})),
      model_mutant("positions-from-two", "the first row has position 2 in place of 0",
                   "models with an offset of 2 for reserved positions",
                   with_row_maps<PositionsFrom>(Index{2})),
      model_mutant(
          "heads-interleaved", "a head uses every k-th column in place of a block of d columns",
          "reshapes to [L, d, k] where [L, k, d] is stored", with_row_maps<HeadsInterleaved>()),
  };
}

}  // namespace slim::properties::mutants
