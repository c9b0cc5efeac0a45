// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/constants.hpp"
#include "reference/performer/gelu.hpp"
#include "reference/performer/products.hpp"
#include "reference/vocabulary/model/model.hpp"

#include <cmath>

namespace slim::reference {

/// The function that turns a head's queries and keys into features.
template <class T>
struct FeatureFunction {
  FeatureMap map;
  Conventions conventions;    ///< slopes at 0
  MatrixView<const T> omega;  ///< [d, M], read by FAVOR+ only
};

/// d^(-1/4), the factor by which FAVOR+ scales queries and keys.
template <class T>
T favor_scale(Index d) {
  using std::sqrt;
  return T(1) / sqrt(sqrt(number<T>(d)));
}

/// 1/(1 + e^(−x)). Never overflows.
template <class T>
T sigmoid(const T& x) {
  using std::exp;
  if (x < T(0)) {
    const T e = exp(x);
    return e / (T(1) + e);
  }
  return T(1) / (T(1) + exp(-x));
}

/// (1 + erf(x/√2))/2, as frameworks compute it: it cancels where x is far below 0.
template <class T>
T cancelling_normal_distribution(const T& x) {
  using std::sqrt;
  return (T(1) + error_function(T(x / sqrt(T(2))))) / T(2);
}

/// The tanh approximation of the same, (1 + tanh u)/2, as frameworks compute it. Never overflows.
template <class T>
T cancelling_normal_distribution_by_tanh(const T& x) {
  using std::exp;
  using std::sqrt;
  const T u = sqrt(T(2) / pi<T>()) * (x + T(0.044715) * x * x * x);
  const T e = exp(T(-2) * (u < T(0) ? T(-u) : u));
  const T tanh = (T(1) - e) / (T(1) + e);
  return (T(1) + (u < T(0) ? T(-tanh) : tanh)) / T(2);
}

template <class T>
T positive_part(const T& x) {
  return x > T(0) ? x : T(0);
}

/// Roundings and details of elementwise maps.
struct ElementwiseForm {
  double elu_cancellation = 0.0;    ///< as in Conventions
  double softplus_threshold = 0.0;  ///< as in AttentionConventions
};

/// One entry of an elementwise feature map (FeatureKind). For x ≤ 0, ELU(x) + 1 is e^x, rounded as
/// a number of size `elu_cancellation`; 0 means no additional rounding.
template <class T>
T feature(FeatureKind kind, const T& x, const ElementwiseForm& form = {}) {
  using std::exp;
  using std::log;
  const T zero(0);
  switch (kind) {
    case FeatureKind::square:
      return x * x;
    case FeatureKind::relu:
      return positive_part(x);
    case FeatureKind::elu_plus_one:
      if (x > zero) return x + T(1);
      if (form.elu_cancellation == 0.0) return exp(x);
      return T(static_cast<T>(form.elu_cancellation) + T(exp(x))) -
             static_cast<T>(form.elu_cancellation);
    case FeatureKind::absolute:
      return x < zero ? T(-x) : x;
    case FeatureKind::exponential:
      return exp(x);
    case FeatureKind::softplus:
      if (form.softplus_threshold > 0.0 && x > static_cast<T>(form.softplus_threshold)) return x;
      return x > zero ? T(x + log(T(1) + exp(-x))) : T(log(T(1) + exp(x)));
    case FeatureKind::sigmoid:
      return sigmoid(x);
    case FeatureKind::squared_relu:
      return positive_part(x) * positive_part(x);
    case FeatureKind::gelu:
      return x * cancelling_normal_distribution(x);
    case FeatureKind::gelu_tanh:
      return x * cancelling_normal_distribution_by_tanh(x);
    case FeatureKind::silu:
      return x * sigmoid(x);
    case FeatureKind::relu_plus_one:
      return positive_part(x) + T(1);
    default:
      return x;
  }
}

/// The derivative of `feature` at x, where its value is g.
template <class T>
T feature_slope(FeatureKind kind, const Conventions& conventions, const T& x, const T& g,
                double softplus_threshold = 0.0) {
  using std::exp;
  const T zero(0);
  switch (kind) {
    case FeatureKind::square:
      return T(2) * x;
    case FeatureKind::relu:
    case FeatureKind::relu_plus_one:
      return x > zero ? T(1) : x < zero ? zero : T(conventions.relu_slope_at_zero);
    case FeatureKind::elu_plus_one:
      return x > zero ? T(1) : g;
    case FeatureKind::absolute:
      return x > zero ? T(1) : x < zero ? T(-1) : T(conventions.absolute_slope_at_zero);
    case FeatureKind::exponential:
      return g;
    case FeatureKind::softplus:
      return softplus_threshold > 0.0 && x > static_cast<T>(softplus_threshold) ? T(1) : sigmoid(x);
    case FeatureKind::sigmoid:
      return g * (T(1) - g);
    case FeatureKind::squared_relu:
      return x > zero ? T(T(2) * x) : zero;
    case FeatureKind::gelu:
      return cancelling_normal_distribution(x) + x * normal_density(x);
    case FeatureKind::gelu_tanh: {
      const T Phi = cancelling_normal_distribution_by_tanh(x);
      return Phi + x * normal_density_by_tanh(x, Phi);
    }
    case FeatureKind::silu: {
      const T s = sigmoid(x);
      return s + x * s * (T(1) - s);
    }
    default:
      return T(1);
  }
}

/// g(X), row by row. For FAVOR+, with x̃ = d^(-1/4) x: g(x)_m = exp(x̃·ω_m − |x̃|²/2), without the
/// 1/√M, which cancels, and without a stabiliser.
/// Source: the released code of SLiM Performer. Shapes: X [L, d], result [L, M].
template <class T>
Matrix<T> features(const FeatureFunction<T>& function, const Matrix<T>& X) {
  using std::exp;
  if (function.map.kind != FeatureKind::favor_plus) {
    return X.unaryExpr([&](const T& x) {
      return T(feature(function.map.kind, wide(x),
                       {.elu_cancellation = function.conventions.elu_cancellation}));
    });
  }
  using Wide = accumulator_t<T>;
  const Matrix<Wide> scaled = X.template cast<Wide>() * favor_scale<Wide>(X.cols());
  const Matrix<Wide> scores = wide_product(scaled, function.omega);
  Matrix<T> G(scores.rows(), scores.cols());
  for (Index l = 0; l < X.rows(); ++l) {
    const Wide half_square =
        sum<T>(X.cols(), [&](Index i) { return scaled(l, i) * scaled(l, i); }) / Wide(2);
    for (Index m = 0; m < G.cols(); ++m) G(l, m) = T(exp(scores(l, m) - half_square));
  }
  return G;
}

/// dX = g'(X)ᵀ dG, row by row; G = g(X). For FAVOR+, with P = dG ∘ G: dx̃ = ω P − x̃ Σ_m P_m.
/// Shapes: X [L, d], G and dG [L, M], result [L, d].
template <class T>
Matrix<T> features_pullback(const FeatureFunction<T>& function, const Matrix<T>& X,
                            const Matrix<T>& G, const Matrix<accumulator_t<T>>& dG) {
  using Wide = accumulator_t<T>;
  Matrix<T> dX(X.rows(), X.cols());
  if (function.map.kind != FeatureKind::favor_plus) {
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) {
        const Wide slope = feature_slope<Wide>(function.map.kind, function.conventions,
                                               wide(X(l, i)), wide(G(l, i)));
        dX(l, i) = T(dG(l, i) * slope);
      }
    }
    return dX;
  }
  const Wide scale = favor_scale<Wide>(X.cols());
  const Matrix<Wide> P = dG.cwiseProduct(G.template cast<Wide>());
  const Matrix<Wide> dscaled = wide_product(P, function.omega.transpose());
  for (Index l = 0; l < X.rows(); ++l) {
    const Wide row_sum = sum<T>(P.cols(), [&](Index m) { return P(l, m); });
    for (Index i = 0; i < X.cols(); ++i) {
      dX(l, i) = T(scale * (dscaled(l, i) - scale * wide(X(l, i)) * row_sum));
    }
  }
  return dX;
}

}  // namespace slim::reference
