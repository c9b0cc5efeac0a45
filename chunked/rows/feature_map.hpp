// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/products.hpp"
#include "chunked/rows/scalar_functions.hpp"
#include "reference/vocabulary/model/model.hpp"

namespace slim::chunked {

/// The feature map g, row by row, for one head. `omega` [d, M] is empty unless the map is FAVOR+.
template <class T>
struct HeadFeatures {
  FeatureMap map;
  T slope_at_zero{0};
  MatrixView<const T> omega{nullptr, 0, 0};

  /// G = g(X). Shapes: X [C, d], G [C, M].
  void apply(const StridedView<const T>& X, StridedView<T> G) const {
    switch (map.kind) {
      case FeatureKind::square:
        G = X.cwiseProduct(X);
        return;
      case FeatureKind::relu:
        entrywise(X, G, [](const T& x) { return x > T(0) ? x : T(0); });
        return;
      case FeatureKind::elu_plus_one:
        entrywise(X, G, [](const T& x) { return x > T(0) ? T(x + T(1)) : T(exp(x)); });
        return;
      case FeatureKind::absolute:
        entrywise(X, G, [](const T& x) { return x < T(0) ? T(-x) : x; });
        return;
      case FeatureKind::favor_plus:
        apply_favor(X, G);
        return;
      default:  // refused before
        return;
    }
  }

  /// dX = g'(X)ᵀ dG; dX may not be dG. Shapes: X, dX [C, d], dG [C, M] (overwritten).
  void pull_back(const StridedView<const T>& X, StridedView<T> dG, StridedView<T> dX) const {
    switch (map.kind) {
      case FeatureKind::square:
        dX = T(2) * X.cwiseProduct(dG);
        return;
      case FeatureKind::relu:
        entrywise(X, dG, dX, [this](const T& x) {
          return x > T(0) ? T(1) : (x == T(0) ? slope_at_zero : T(0));
        });
        return;
      case FeatureKind::elu_plus_one:
        entrywise(X, dG, dX, [](const T& x) { return x > T(0) ? T(1) : T(exp(x)); });
        return;
      case FeatureKind::absolute:
        entrywise(X, dG, dX, [this](const T& x) {
          return x > T(0) ? T(1) : (x == T(0) ? slope_at_zero : T(-1));
        });
        return;
      case FeatureKind::favor_plus:
        pull_back_favor(X, dG, dX);
        return;
      default:  // refused before
        return;
    }
  }

 private:
  template <class F>
  static void entrywise(const StridedView<const T>& X, StridedView<T>& G, const F& f) {
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) G(l, i) = f(X(l, i));
    }
  }
  template <class F>
  static void entrywise(const StridedView<const T>& X, const StridedView<T>& dG, StridedView<T>& dX,
                        const F& slope) {
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) dX(l, i) = dG(l, i) * slope(X(l, i));
    }
  }

  /// d^(-1/2); x is scaled by the square root of this before the product with omega.
  [[nodiscard]] T inverse_root_d() const { return T(1) / sqrt(number<T>(omega.rows())); }

  /// g(x)_j = exp(c ω_jᵀ x - c² |x|²/2), c = d^(-1/4).
  void apply_favor(const StridedView<const T>& X, StridedView<T>& G) const {
    const T c_squared = inverse_root_d();
    const T c = sqrt(c_squared);
    multiply<T>(X, omega, G, Into::overwrite);
    for (Index l = 0; l < X.rows(); ++l) {
      const T half_norm = X.row(l).squaredNorm() * c_squared * T(0.5);
      for (Index j = 0; j < G.cols(); ++j) G(l, j) = exp(T(G(l, j) * c - half_norm));
    }
  }

  /// With a = dG ∘ g(X): dX = c a ωᵀ - c² (Σ_j a_j) X.
  void pull_back_favor(const StridedView<const T>& X, StridedView<T>& dG,
                       StridedView<T>& dX) const {
    const T c_squared = inverse_root_d();
    const T c = sqrt(c_squared);
    for (Index l = 0; l < X.rows(); ++l) {
      const T half_norm = X.row(l).squaredNorm() * c_squared * T(0.5);
      T total(0);
      for (Index j = 0; j < dG.cols(); ++j) {
        T score(0);
        for (Index i = 0; i < X.cols(); ++i) score += X(l, i) * omega(i, j);
        dG(l, j) *= exp(T(score * c - half_norm));
        total += dG(l, j);
      }
      for (Index i = 0; i < X.cols(); ++i) {
        T sum(0);
        for (Index j = 0; j < dG.cols(); ++j) sum += omega(i, j) * dG(l, j);
        dX(l, i) = c * sum - c_squared * total * X(l, i);
      }
    }
  }
};

}  // namespace slim::chunked
