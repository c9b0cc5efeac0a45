// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/narrow_type.hpp"
#include "properties/mutants/row_map_mutants.hpp"
#include "properties/mutants/whole_models.hpp"

#include <cmath>

namespace slim::properties::mutants {
namespace {

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

/// x̂ = (x − mean)/(σ + ε) with σ² the variance, and the correct pullback of this.
template <class T>
class LayerNormEpsilonOutside final : public RowMaps<T> {
 public:
  [[nodiscard]] reference::NormalisedRows<T> layer_norm(const LayerNorm<const T>& norm,
                                                        const T& epsilon,
                                                        const Matrix<T>& X) const override {
    reference::NormalisedRows<T> rows = reference::layer_norm(norm, T(0), X);
    for (Index l = 0; l < X.rows(); ++l) {
      const T mean = X.row(l).sum() / T(X.cols());
      const T deviation = T(1) / rows.inverse_deviation(l);
      rows.inverse_deviation(l) = T(1) / (deviation + epsilon);
      for (Index i = 0; i < X.cols(); ++i) {
        rows.normalised(l, i) = (X(l, i) - mean) * rows.inverse_deviation(l);
        rows.Y(l, i) = rows.normalised(l, i) * norm.weight(i) + norm.bias(i);
      }
    }
    return rows;
  }
  /// dX = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂) (σ + ε)/σ)/(σ + ε), where mean(x̂²) = σ²/(σ + ε)²
  [[nodiscard]] Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm,
                                              const reference::NormalisedRows<T>& rows,
                                              const Matrix<T>& dY,
                                              LayerNorm<T> gradient) const override {
    using std::sqrt;
    Matrix<T> dX = RowMaps<T>::layer_norm_pullback(norm, rows, dY, gradient);
    const T n = T(dY.cols());
    for (Index l = 0; l < dX.rows(); ++l) {
      T slope(0);
      T square(0);
      for (Index i = 0; i < dX.cols(); ++i) {
        const T& normalised = rows.normalised(l, i);
        slope += norm.weight(i) * dY(l, i) * normalised / n;
        square += normalised * normalised / n;
      }
      if (!(square > T(0))) continue;
      const T more = slope * (T(1) / T(sqrt(square)) - T(1)) * rows.inverse_deviation(l);
      for (Index i = 0; i < dX.cols(); ++i) dX(l, i) -= rows.normalised(l, i) * more;
    }
    return dX;
  }
};

/// The part of a gradient that is rounded to bfloat16.
enum class InBFloat16 { parameters, rows };

template <class T>
class LayerNormGradientInBFloat16 final : public RowMaps<T> {
 public:
  explicit LayerNormGradientInBFloat16(InBFloat16 part) : part_(part) {}
  [[nodiscard]] Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm,
                                              const reference::NormalisedRows<T>& rows,
                                              const Matrix<T>& dY,
                                              LayerNorm<T> gradient) const override {
    const Matrix<T> dX = RowMaps<T>::layer_norm_pullback(norm, rows, dY, gradient);
    if (part_ == InBFloat16::rows) return narrowed_to(NarrowType::bfloat16, dX);
    for (Index i = 0; i < dY.cols(); ++i) {
      gradient.weight(i) = narrowed_to(NarrowType::bfloat16, T(gradient.weight(i)));
      gradient.bias(i) = narrowed_to(NarrowType::bfloat16, T(gradient.bias(i)));
    }
    return dX;
  }

 private:
  InBFloat16 part_;
};

}  // namespace

std::vector<Mutant> layer_norm_mutants() {
  return {
      model_mutant("layer-norm-statistics-detached",
                   "the mean and variance of LayerNorm are treated as constants in the pullback",
                   "fused normalisations whose pullback is that of their last operation",
                   with_row_maps<LayerNormStatisticsDetached>()),
      model_mutant("layer-norm-unbiased",
                   "the variance of LayerNorm is divided by n − 1 in place of n",
                   "a variance from a statistics library", with_row_maps<LayerNormUnbiased>()),
      model_mutant("layer-norm-epsilon-outside-root",
                   "LayerNorm divides by √variance + ε in place of √(variance + ε)",
                   "normalisations written with a standard deviation",
                   with_row_maps<LayerNormEpsilonOutside>()),
      model_mutant("layer-norm-gradient-in-bfloat16",
                   "the gradients of LayerNorm's gain and bias are added up in bfloat16",
                   "mixed precision",
                   with_row_maps<LayerNormGradientInBFloat16>(InBFloat16::parameters)),
      model_mutant("layer-norm-pullback-in-bfloat16",
                   "the gradient of LayerNorm's input is rounded to bfloat16", "mixed precision",
                   with_row_maps<LayerNormGradientInBFloat16>(InBFloat16::rows)),
  };
}

}  // namespace slim::properties::mutants
