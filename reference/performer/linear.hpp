// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/products.hpp"
#include "reference/vocabulary/model/parameters.hpp"

namespace slim::reference {

/// Y = X Wᵀ + b, row by row. Shapes: X [L, in], W [out, in], b [out], Y [L, out].
template <class T>
Matrix<T> linear(const LinearMap<const T>& map, const Matrix<T>& X) {
  Matrix<accumulator_t<T>> Y = wide_product(X, map.weight.transpose());
  Y.rowwise() += map.bias.transpose().template cast<accumulator_t<T>>();
  return narrowed<T>(std::move(Y));
}

/// dX = dY W; adds dYᵀ X to the gradient of W, and Σ_l dY_l to that of b.
template <class T>
Matrix<T> linear_pullback(const LinearMap<const T>& map, const Matrix<T>& X, const Matrix<T>& dY,
                          LinearMap<accumulator_t<T>> gradient) {
  gradient.weight += wide_product(dY.transpose(), X);
  for (Index j = 0; j < dY.cols(); ++j) {
    gradient.bias(j) += sum<T>(dY.rows(), [&](Index l) { return wide(dY(l, j)); });
  }
  return product(dY, map.weight);
}

}  // namespace slim::reference
