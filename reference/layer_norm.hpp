#pragma once

#include "reference/constants.hpp"
#include "reference/products.hpp"
#include "reference/vocabulary/parameters.hpp"

#include <cmath>

namespace slim::reference {

/// A normalised batch of rows, with what its pullback needs.
template <class T>
struct NormalisedRows {
  Matrix<T> normalised;         ///< x̂ [L, n], before gain and bias
  Vector<T> inverse_deviation;  ///< 1/√(variance + ε) [L]
  Matrix<T> Y;                  ///< [L, n]
};

/// Y = x̂ w + b with x̂ = (x − mean) / √(variance + ε) of each row; the variance divides by n.
/// Shapes: X [L, n], w and b [n].
template <class T>
NormalisedRows<T> layer_norm(const LayerNorm<const T>& norm, const T& epsilon, const Matrix<T>& X) {
  using std::sqrt;
  const Index L = X.rows();
  const Index n = X.cols();
  const T width = number<T>(n);
  NormalisedRows<T> rows{Matrix<T>(L, n), Vector<T>(L), Matrix<T>(L, n)};
  for (Index l = 0; l < L; ++l) {
    const T mean = sum<T>(n, [&](Index i) { return X(l, i); }) / width;
    for (Index i = 0; i < n; ++i) rows.normalised(l, i) = X(l, i) - mean;
    const T variance =
        sum<T>(n, [&](Index i) { return rows.normalised(l, i) * rows.normalised(l, i); }) / width;
    rows.inverse_deviation(l) = T(1) / sqrt(variance + epsilon);
    for (Index i = 0; i < n; ++i) {
      rows.normalised(l, i) *= rows.inverse_deviation(l);
      rows.Y(l, i) = rows.normalised(l, i) * norm.weight(i) + norm.bias(i);
    }
  }
  return rows;
}

/// With dx̂ = w dY: dX = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) / √(variance + ε) of each row; adds
/// Σ_l dY_l x̂_l to the gradient of w, and Σ_l dY_l to that of b.
template <class T>
Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm, const NormalisedRows<T>& rows,
                              const Matrix<T>& dY, LayerNorm<T> gradient) {
  const Index L = dY.rows();
  const Index n = dY.cols();
  const T width = number<T>(n);
  const Matrix<T>& normalised = rows.normalised;
  for (Index i = 0; i < n; ++i) {
    gradient.weight(i) += sum<T>(L, [&](Index l) { return dY(l, i) * normalised(l, i); });
    gradient.bias(i) += sum<T>(L, [&](Index l) { return dY(l, i); });
  }
  Matrix<T> dX(L, n);
  for (Index l = 0; l < L; ++l) {
    for (Index i = 0; i < n; ++i) dX(l, i) = norm.weight(i) * dY(l, i);
    const T mean = sum<T>(n, [&](Index i) { return dX(l, i); }) / width;
    const T slope = sum<T>(n, [&](Index i) { return dX(l, i) * normalised(l, i); }) / width;
    for (Index i = 0; i < n; ++i) {
      dX(l, i) = (dX(l, i) - mean - normalised(l, i) * slope) * rows.inverse_deviation(l);
    }
  }
  return dX;
}

}  // namespace slim::reference
