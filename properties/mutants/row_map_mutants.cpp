// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/row_map_mutants.hpp"

#include "properties/mutants/row_maps.hpp"
#include "properties/mutants/whole_models.hpp"
#include "reference/performer/attention.hpp"
#include "reference/performer/gradient.hpp"

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

/// dX = w dY / √(variance + ε): mean and variance are treated as constants.
template <class T>
class LayerNormStatisticsDetached final : public RowMaps<T> {
 public:
  [[nodiscard]] Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm,
                                              const reference::NormalisedRows<T>& rows,
                                              const Matrix<T>& dY,
                                              LayerNorm<T> gradient) const override {
    Matrix<T> dX = RowMaps<T>::layer_norm_pullback(norm, rows, dY, gradient);
    for (Index l = 0; l < dX.rows(); ++l) {
      for (Index i = 0; i < dX.cols(); ++i) {
        dX(l, i) = norm.weight(i) * dY(l, i) * rows.inverse_deviation(l);
      }
    }
    return dX;
  }
};

/// x̂ = (x − mean) / √(Σ (x − mean)²/(n − 1) + ε), with the correct pullback of this.
template <class T>
class LayerNormUnbiased final : public RowMaps<T> {
 public:
  [[nodiscard]] reference::NormalisedRows<T> layer_norm(const LayerNorm<const T>& norm,
                                                        const T& epsilon,
                                                        const Matrix<T>& X) const override {
    using std::sqrt;
    // x̂ is √((n − 1)/n) times the result of dividing by n with ε (n − 1)/n in place of ε.
    const T share = T(X.cols() - 1) / T(X.cols());
    reference::NormalisedRows<T> rows = reference::layer_norm(norm, T(epsilon * share), X);
    rows.normalised *= T(sqrt(share));
    rows.inverse_deviation *= T(sqrt(share));
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) {
        rows.Y(l, i) = rows.normalised(l, i) * norm.weight(i) + norm.bias(i);
      }
    }
    return rows;
  }
  [[nodiscard]] Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm,
                                              const reference::NormalisedRows<T>& rows,
                                              const Matrix<T>& dY,
                                              LayerNorm<T> gradient) const override {
    Matrix<T> dX = RowMaps<T>::layer_norm_pullback(norm, rows, dY, gradient);
    const T n = T(dY.cols());
    for (Index l = 0; l < dX.rows(); ++l) {
      T mean(0);
      T slope(0);
      for (Index i = 0; i < dX.cols(); ++i) {
        const T dnormalised = norm.weight(i) * dY(l, i);
        mean += dnormalised / n;
        slope += dnormalised * rows.normalised(l, i) / (n - T(1));
      }
      for (Index i = 0; i < dX.cols(); ++i) {
        dX(l, i) = (norm.weight(i) * dY(l, i) - mean - rows.normalised(l, i) * slope) *
                   rows.inverse_deviation(l);
      }
    }
    return dX;
  }
};

/// dE_token = dX_l of the last row l with this token, in place of the sum over all its rows.
template <class T>
class EmbeddingGradientOverwritten final : public RowMaps<T> {
 public:
  void embedding_pullback(const GradientTask<T>& task, Index b, const Matrix<T>& dX,
                          Parameters<T>& gradient) const override {
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
    const Index width = X.cols() / 2;
    const Matrix<T> code = X.rightCols(width);
    for (Index i = 0; i < width; ++i) {
      X.col(width + i) = code.col(i % 2 == 0 ? i / 2 : width / 2 + i / 2);
    }
    return X;
  }
};

/// The first row has position 1.
template <class T>
class PositionsFromOne final : public RowMaps<T> {
 public:
  [[nodiscard]] Matrix<T> embedding(const GradientTask<T>& task, Index b) const override {
    return reference::embedding(task.theta, task.sequences, b, task.first_position + 1,
                                task.model.conventions.position_base);
  }
};

/// Head h of k heads has columns h, h + k, h + 2k, …
template <class T>
class HeadsInterleaved final : public RowMaps<T> {
 public:
  [[nodiscard]] Index column(Index h, Index i, Index heads, Index /*d*/) const override {
    return i * heads + h;
  }
};

/// The reference with changed parameters: `change` is applied to theta and to the gradient.
template <class T, class Change>
GradientFunction<T> with_parameters(const Change& change) {
  return [change](const GradientTask<T>& task, GradientResult<T>& result) {
    Parameters<T> theta = task.theta;
    for (Index r = 0; r < theta.layers(); ++r) change(theta.layer(r));
    reference::gradient(with_inputs(task, {.theta = &theta}), result);
    for (Index r = 0; r < theta.layers(); ++r) change(result.gradient.layer(r));
  };
}

/// y = x W in place of x Wᵀ in the square maps.
struct WeightsTransposed {
  template <class T>
  void operator()(LayerParameters<T> layer) const {
    for (LinearMap<T>* map : {&layer.q_map, &layer.k_map, &layer.v_map}) {
      map->weight = map->weight.transpose().eval();
    }
  }
};

struct AttentionWithoutBias {
  template <class T>
  void operator()(LayerParameters<T> layer) const {
    for (LinearMap<T>* map : {&layer.q_map, &layer.k_map, &layer.v_map}) map->bias.setZero();
  }
};

template <template <class> class Maps>
GradientFunctions with_row_maps() {
  GradientFunctions functions;
  functions.in<float>() =
      model_of<float>(reference::attention<float>, std::make_shared<Maps<float>>());
  functions.in<double>() =
      model_of<double>(reference::attention<double>, std::make_shared<Maps<double>>());
  functions.in<Digits50>() =
      model_of<Digits50>(reference::attention<Digits50>, std::make_shared<Maps<Digits50>>());
  return functions;
}

template <class Change>
GradientFunctions with_parameters_in_every_scalar() {
  GradientFunctions functions;
  functions.in<float>() = with_parameters<float>(Change());
  functions.in<double>() = with_parameters<double>(Change());
  functions.in<Digits50>() = with_parameters<Digits50>(Change());
  return functions;
}

}  // namespace

std::vector<Mutant> row_map_mutants() {
  return {
      model_mutant("gelu-slope-without-density", "the derivative of GeLU is Φ(x), without x φ(x)",
                   "activations written as x times a gate that is not differentiated",
                   with_row_maps<GeluSlopeWithoutDensity>()),
      model_mutant("layer-norm-statistics-detached",
                   "the mean and variance of LayerNorm are treated as constants in the pullback",
                   "fused normalisations whose pullback is that of their last operation",
                   with_row_maps<LayerNormStatisticsDetached>()),
      model_mutant("layer-norm-unbiased",
                   "the variance of LayerNorm is divided by n − 1 in place of n",
                   "a variance from a statistics library", with_row_maps<LayerNormUnbiased>()),
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
                   with_row_maps<PositionsFromOne>()),
      model_mutant(
          "heads-interleaved", "a head uses every k-th column in place of a block of d columns",
          "reshapes to [L, d, k] where [L, k, d] is stored", with_row_maps<HeadsInterleaved>()),
      model_mutant("weights-transposed", "queries, keys and values are X W in place of X Wᵀ",
                   "checkpoints copied between frameworks that store [in, out] and [out, in]",
                   with_parameters_in_every_scalar<WeightsTransposed>()),
      model_mutant("attention-without-bias", "queries, keys and values have no bias",
                   "an option that is accepted and ignored",
                   with_parameters_in_every_scalar<AttentionWithoutBias>()),
  };
}

}  // namespace slim::properties::mutants
