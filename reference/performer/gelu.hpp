// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/numbers/error_function.hpp"
#include "reference/vocabulary/model/model.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim::reference {

/// The normal distribution function Φ(x) = erfc(−x/√2)/2. It is relatively accurate for all x,
/// unlike (1 + erf(x/√2))/2, which loses all digits for x < −5.
template <class T>
T normal_distribution(const T& x) {
  using std::sqrt;
  return complementary_error_function(T(-x / sqrt(T(2)))) / T(2);
}

/// φ(x) = e^(−x²/2)/√(2π), the derivative of Φ.
template <class T>
T normal_density(const T& x) {
  using std::exp;
  using std::sqrt;
  return exp(-(x * x) / T(2)) / sqrt(T(2) * pi<T>());
}

/// The tanh approximation of Φ(x): (1 + tanh u)/2 = 1/(1 + e^(−2u)) with
/// u = √(2/π)(x + c x³), c = 0.044715. Source: Hendrycks and Gimpel, "Gaussian error linear units".
template <class T>
T normal_distribution_by_tanh(const T& x) {
  using std::exp;
  using std::sqrt;
  const T u = sqrt(T(2) / pi<T>()) * (x + T(0.044715) * x * x * x);
  return T(1) / (T(1) + exp(T(-2) * u));
}

/// Its derivative 2 Φ (1 − Φ) √(2/π)(1 + 3 c x²), given x and the value Phi.
template <class T>
T normal_density_by_tanh(const T& x, const T& Phi) {
  using std::sqrt;
  const T slope = sqrt(T(2) / pi<T>()) * (T(1) + T(3) * T(0.044715) * x * x);
  return T(2) * Phi * (T(1) - Phi) * slope;
}

/// The form of GeLU and its rounding: Conventions::gelu_tanh and gelu_cancellation.
struct GeluForm {
  double cancellation = 0.0;
  bool by_tanh = false;
};
inline GeluForm gelu_form(const Conventions& conventions) {
  return {.cancellation = conventions.gelu_cancellation, .by_tanh = conventions.gelu_tanh != 0.0};
}

/// Entries passed through GeLU, with what the pullback needs.
template <class T>
struct GeluRows {
  Matrix<T> Phi;  ///< Φ(X), or its tanh approximation
  Matrix<T> Y;
  bool by_tanh = false;
};

/// Y = X Φ(X), elementwise: the exact GeLU, or its tanh form if `form.by_tanh`. Φ is rounded as a
/// number of size `form.cancellation`; 0 means no additional rounding.
template <class T>
GeluRows<T> gelu(const Matrix<T>& X, const GeluForm& form = {}) {
  using A = accumulator_t<T>;
  const auto offset = static_cast<A>(form.cancellation);
  GeluRows<T> rows{.Phi = X.unaryExpr([&](const T& x) {
                     const A Phi = form.by_tanh ? normal_distribution_by_tanh(wide(x))
                                                : normal_distribution(wide(x));
                     return T(form.cancellation == 0.0 ? Phi : A(A(offset + Phi) - offset));
                   }),
                   .Y = {},
                   .by_tanh = form.by_tanh};
  rows.Y = X.cwiseProduct(rows.Phi);
  return rows;
}

/// dX = (Φ(X) + X Φ′(X)) dY, elementwise; Φ′ = φ, or the derivative of the tanh approximation.
template <class T>
Matrix<T> gelu_pullback(const Matrix<T>& X, const GeluRows<T>& rows, const Matrix<T>& dY) {
  Matrix<T> dX(X.rows(), X.cols());
  for (Index l = 0; l < X.rows(); ++l) {
    for (Index i = 0; i < X.cols(); ++i) {
      const accumulator_t<T>& x = wide(X(l, i));
      const accumulator_t<T>& Phi = wide(rows.Phi(l, i));
      const accumulator_t<T> slope =
          rows.by_tanh ? normal_density_by_tanh(x, Phi) : normal_density(x);
      dX(l, i) = T((Phi + x * slope) * wide(dY(l, i)));
    }
  }
  return dX;
}

}  // namespace slim::reference
