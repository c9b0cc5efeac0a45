// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/constants.hpp"
#include "reference/performer/products.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <cmath>

namespace slim::reference {

/// Normalised rows, with what its pullback needs.
template <class T>
struct NormalisedRows {
  Matrix<T> normalised;                        ///< x̂ [L, n], before gain and bias
  Vector<accumulator_t<T>> inverse_deviation;  ///< 1/√(variance + ε) [L]
  Matrix<T> Y;                                 ///< [L, n]
};

/// Y = x̂ w + b with x̂ = (x − mean) / √(variance + ε) of each row; the variance divides by n.
/// Shapes: X [L, n], w and b [n].
template <class T>
NormalisedRows<T> layer_norm(const LayerNorm<const T>& norm, const accumulator_t<T>& epsilon,
                             const Matrix<T>& X) {
  using std::sqrt;
  using Wide = accumulator_t<T>;
  const Index L = X.rows();
  const Index n = X.cols();
  const Wide width = number<Wide>(n);
  NormalisedRows<T> rows{Matrix<T>(L, n), Vector<Wide>(L), Matrix<T>(L, n)};
  Vector<Wide> centred(n);
  for (Index l = 0; l < L; ++l) {
    const Wide mean = sum<T>(n, [&](Index i) { return wide(X(l, i)); }) / width;
    for (Index i = 0; i < n; ++i) centred(i) = wide(X(l, i)) - mean;
    const Wide variance = sum<T>(n, [&](Index i) { return centred(i) * centred(i); }) / width;
    rows.inverse_deviation(l) = Wide(1) / sqrt(variance + epsilon);
    for (Index i = 0; i < n; ++i) {
      rows.normalised(l, i) = T(centred(i) * rows.inverse_deviation(l));
      rows.Y(l, i) = T(wide(rows.normalised(l, i)) * wide(norm.weight(i)) + wide(norm.bias(i)));
    }
  }
  return rows;
}

/// With dx̂ = w dY: dX = (dx̂ − mean(dx̂) − x̂ mean(dx̂ x̂)) / √(variance + ε) of each row; adds
/// Σ_l dY_l x̂_l to the gradient of w, and Σ_l dY_l to that of b.
template <class T>
Matrix<T> layer_norm_pullback(const LayerNorm<const T>& norm, const NormalisedRows<T>& rows,
                              const Matrix<T>& dY, LayerNorm<accumulator_t<T>> gradient) {
  using Wide = accumulator_t<T>;
  const Index L = dY.rows();
  const Index n = dY.cols();
  const Wide width = number<Wide>(n);
  const Matrix<T>& normalised = rows.normalised;
  for (Index i = 0; i < n; ++i) {
    gradient.weight(i) +=
        sum<T>(L, [&](Index l) { return wide(dY(l, i)) * wide(normalised(l, i)); });
    gradient.bias(i) += sum<T>(L, [&](Index l) { return wide(dY(l, i)); });
  }
  Matrix<T> dX(L, n);
  Vector<Wide> dnormalised(n);
  for (Index l = 0; l < L; ++l) {
    for (Index i = 0; i < n; ++i) dnormalised(i) = wide(norm.weight(i)) * wide(dY(l, i));
    const Wide mean = sum<T>(n, [&](Index i) { return dnormalised(i); }) / width;
    const Wide slope =
        sum<T>(n, [&](Index i) { return dnormalised(i) * wide(normalised(l, i)); }) / width;
    for (Index i = 0; i < n; ++i) {
      dX(l, i) =
          T((dnormalised(i) - mean - wide(normalised(l, i)) * slope) * rows.inverse_deviation(l));
    }
  }
  return dX;
}

}  // namespace slim::reference
