// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/products.hpp"

#include <cmath>

namespace slim::reference {

/// FAVOR+'s unbiased features φ of the kernel exp(x·y), for a standard normal ω:
enum class RandomFeatures {
  positive,  ///< exp(ω·x − |x|²/2), the Performer's
  hyperbolic,  ///< exp(ω·x − |x|²/2) and exp(−ω·x − |x|²/2): ω and −ω, an antithetic pair
  trigonometric,  ///< sin(ω·x) e^(|x|²/2) and cos(ω·x) e^(|x|²/2): may be negative
};

/// The number of features for M random vectors: M, or 2M in two halves.
inline Index feature_count(RandomFeatures kind, Index M) {
  return kind == RandomFeatures::positive ? M : 2 * M;
}

/// φ(x)·φ(y) over this divisor estimates exp(x·y): M, or 2M when hyperbolic. Attention divides by
/// a sum of the same features, where it cancels.
inline Index feature_divisor(RandomFeatures kind, Index M) {
  return kind == RandomFeatures::hyperbolic ? 2 * M : M;
}

/// φ(X), row by row. For softmax attention, pass X = d^(−1/4) Q or K: no scaling is done here.
/// Source: Choromanski et al., "Rethinking attention with Performers", ICLR 2021, lemma 1 and
/// section 2.3. Shapes: omega [d, M], X [L, d], result [L, feature_count].
template <class T>
Matrix<T> random_features(RandomFeatures kind, const MatrixView<const T>& omega,
                          const Matrix<T>& X) {
  using std::cos;
  using std::exp;
  using std::sin;
  const Index M = omega.cols();
  const Matrix<T> P = product(X, omega);
  Matrix<T> F(X.rows(), feature_count(kind, M));
  for (Index l = 0; l < X.rows(); ++l) {
    const T half_square = sum<T>(X.cols(), [&](Index i) { return X(l, i) * X(l, i); }) / T(2);
    for (Index m = 0; m < M; ++m) {
      if (kind == RandomFeatures::trigonometric) {
        F(l, m) = sin(P(l, m)) * exp(half_square);
        F(l, M + m) = cos(P(l, m)) * exp(half_square);
      } else {
        F(l, m) = exp(P(l, m) - half_square);
        if (kind == RandomFeatures::hyperbolic) F(l, M + m) = exp(-P(l, m) - half_square);
      }
    }
  }
  return F;
}

/// dX = φ'(X)ᵀ dF, row by row; F = φ(X). With E = dF ∘ F, and + and − for the two halves:
///   positive:       dx = ω E − x Σ E
///   hyperbolic:     dx = ω (E₊ − E₋) − x Σ (E₊ + E₋)
///   trigonometric:  dx = ω (dF₊ ∘ F₋ − dF₋ ∘ F₊) + x Σ (E₊ + E₋)
/// Shapes: X [L, d], F and dF [L, feature_count], result [L, d].
template <class T>
Matrix<T> random_features_pullback(RandomFeatures kind, const MatrixView<const T>& omega,
                                   const Matrix<T>& X, const Matrix<T>& F, const Matrix<T>& dF) {
  const Index M = omega.cols();
  Matrix<T> dP(X.rows(), M);
  Matrix<T> dX(X.rows(), X.cols());
  for (Index l = 0; l < X.rows(); ++l) {
    for (Index m = 0; m < M; ++m) {
      switch (kind) {
        case RandomFeatures::positive:
          dP(l, m) = dF(l, m) * F(l, m);
          break;
        case RandomFeatures::hyperbolic:
          dP(l, m) = dF(l, m) * F(l, m) - dF(l, M + m) * F(l, M + m);
          break;
        case RandomFeatures::trigonometric:
          dP(l, m) = dF(l, m) * F(l, M + m) - dF(l, M + m) * F(l, m);
          break;
      }
    }
    T row_sum = sum<T>(F.cols(), [&](Index m) { return dF(l, m) * F(l, m); });
    if (kind != RandomFeatures::trigonometric) row_sum = -row_sum;
    for (Index i = 0; i < X.cols(); ++i) dX(l, i) = X(l, i) * row_sum;
  }
  return dX + product(dP, omega.transpose());
}

}  // namespace slim::reference
