#pragma once

#include "reference/error_function.hpp"
#include "reference/vocabulary/accumulator.hpp"
#include "reference/vocabulary/matrix.hpp"

namespace slim::reference {

/// Φ(x), the normal distribution function, = erfc(−x/√2)/2: relatively accurate for all x, unlike
/// (1 + erf(x/√2))/2, which loses everything for x < −5.
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

/// Entries passed through GeLU, with what the pullback needs.
template <class T>
struct GeluRows {
  Matrix<T> Phi;  ///< Φ(X)
  Matrix<T> Y;
};

/// Y = X Φ(X), elementwise: the exact GeLU, no tanh. Φ is rounded as a number of size
/// `cancellation` (Conventions): 0 leaves it as it is.
template <class T>
GeluRows<T> gelu(const Matrix<T>& X, double cancellation = 0.0) {
  using A = accumulator_t<T>;
  const auto offset = static_cast<A>(cancellation);
  GeluRows<T> rows{X.unaryExpr([&](const T& x) {
                     const A Phi = normal_distribution(wide(x));
                     return T(cancellation == 0.0 ? Phi : A(A(offset + Phi) - offset));
                   }),
                   {}};
  rows.Y = X.cwiseProduct(rows.Phi);
  return rows;
}

/// dX = (Φ(X) + X φ(X)) dY, elementwise.
template <class T>
Matrix<T> gelu_pullback(const Matrix<T>& X, const GeluRows<T>& rows, const Matrix<T>& dY) {
  Matrix<T> dX(X.rows(), X.cols());
  for (Index l = 0; l < X.rows(); ++l) {
    for (Index i = 0; i < X.cols(); ++i) {
      const auto& x = wide(X(l, i));
      dX(l, i) = T((wide(rows.Phi(l, i)) + x * normal_density(x)) * wide(dY(l, i)));
    }
  }
  return dX;
}

}  // namespace slim::reference
