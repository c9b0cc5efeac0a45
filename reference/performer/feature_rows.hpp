// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/feature_map.hpp"
#include "reference/vocabulary/task/attention_conventions.hpp"

#include <cmath>

namespace slim::reference {

/// f(u) of a row, for the maps whose features depend on several u or which have several features of
/// each (FeatureKind). `lower` is subtracted from exponents.
/// Shapes: u [P], result [M].
template <class T>
RowVector<T> features_of_row(FeatureKind kind, const RowVector<T>& u, const T& lower, Index M) {
  using std::cos;
  using std::exp;
  using std::sin;
  using std::sqrt;
  const Index P = u.size();
  RowVector<T> g(M);
  switch (kind) {
    case FeatureKind::softmax: {
      T largest = u(0);
      for (Index i = 1; i < P; ++i) largest = u(i) > largest ? u(i) : largest;
      for (Index i = 0; i < P; ++i) g(i) = exp(u(i) - largest);
      const T total = sum<T>(P, [&](Index i) { return g(i); });
      for (Index i = 0; i < P; ++i) g(i) = g(i) / total;
      return g;
    }
    case FeatureKind::trigonometric:
      for (Index i = 0; i < P; ++i) {
        g(i) = cos(u(i)) * exp(-lower);
        g(P + i) = sin(u(i)) * exp(-lower);
      }
      return g;
    case FeatureKind::taylor:
    case FeatureKind::taylor_all: {
      const bool all = kind == FeatureKind::taylor_all;
      g(0) = T(1);
      for (Index i = 0; i < P; ++i) g(1 + i) = u(i);
      Index at = 1 + P;
      for (Index i = 0; i < P; ++i) {
        for (Index j = all ? 0 : i + 1; j < P; ++j) {
          g(at++) = all ? T(u(i) * u(j) / sqrt(T(2))) : T(u(i) * u(j));
        }
      }
      for (Index i = 0; i < (all ? 0 : P); ++i) g(at++) = u(i) * u(i) / sqrt(T(2));
      return g;
    }
    default:  // exponentials
      for (Index i = 0; i < P; ++i) {
        g(i) = exp(u(i) - lower);
        if (kind == FeatureKind::hyperbolic) g(P + i) = exp(-u(i) - lower);
      }
      return g;
  }
}

/// du of a row from dg, where g = f(u):
///   softmax:  du = g ∘ (dg − g·dg)
///   exponentials:  du = dg ∘ g, less that of e^(−u)
///   cos, sin:  du = dg₊ ∘ g₋ sign-changed: −dg_cos ∘ g_sin + dg_sin ∘ g_cos
///   Taylor:  du_i = dg_i + Σ_j u_j dg_ij over products with u_i, a square twice
template <class T>
RowVector<T> features_of_row_pullback(FeatureKind kind, const RowVector<T>& u,
                                      const RowVector<T>& g, const RowVector<T>& dg) {
  using std::sqrt;
  const Index P = u.size();
  RowVector<T> du(P);
  switch (kind) {
    case FeatureKind::softmax: {
      const T inner = sum<T>(P, [&](Index i) { return g(i) * dg(i); });
      for (Index i = 0; i < P; ++i) du(i) = g(i) * (dg(i) - inner);
      return du;
    }
    case FeatureKind::trigonometric:
      for (Index i = 0; i < P; ++i) du(i) = dg(P + i) * g(i) - dg(i) * g(P + i);
      return du;
    case FeatureKind::taylor:
    case FeatureKind::taylor_all: {
      const bool all = kind == FeatureKind::taylor_all;
      for (Index i = 0; i < P; ++i) du(i) = dg(1 + i);
      Index at = 1 + P;
      for (Index i = 0; i < P; ++i) {
        for (Index j = all ? 0 : i + 1; j < P; ++j) {
          const T d = all ? T(dg(at) / sqrt(T(2))) : T(dg(at));
          ++at;
          du(i) += u(j) * d;
          du(j) += u(i) * d;
        }
      }
      for (Index i = 0; i < (all ? 0 : P); ++i) du(i) += sqrt(T(2)) * u(i) * dg(at++);
      return du;
    }
    default:
      for (Index i = 0; i < P; ++i) {
        du(i) = dg(i) * g(i);
        if (kind == FeatureKind::hyperbolic) du(i) -= dg(P + i) * g(P + i);
      }
      return du;
  }
}

/// Whether a map is computed by the functions above.
inline bool is_of_rows(FeatureKind kind) {
  return has_exponent(kind) || kind == FeatureKind::softmax || kind == FeatureKind::trigonometric ||
         kind == FeatureKind::taylor || kind == FeatureKind::taylor_all;
}

/// The sign with which |x|²/2 is added to exponents: −1 for FAVOR+ and, with `norm_factor`, for
/// other exponentials; +1 for cos and sin with it; 0 without it.
inline int sign_of_norm(FeatureKind kind, const AttentionConventions& conventions) {
  if (kind == FeatureKind::favor_plus) return -1;
  if (!conventions.norm_factor) return 0;
  return kind == FeatureKind::trigonometric ? 1 : -1;
}

}  // namespace slim::reference
