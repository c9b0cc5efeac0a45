// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/stabiliser.hpp"

namespace slim::reference {

/// The features of queries or keys, with what their pullback needs. All members but G are in the
/// accumulator's type.
template <class T>
struct AttentionFeatures {
  HeadMatrices<accumulator_t<T>> scaled;  ///< x̃ = c x [L, D]
  HeadMatrices<accumulator_t<T>> E;       ///< the feature map before ε and 1/√M [L, M]
  HeadMatrices<T> G;                      ///< g(x) [L, M]
  StabiliserGroups groups;
  std::vector<Peak<accumulator_t<T>>> peaks;  ///< of each group, if there is a stabiliser
};

/// E_m = exp(x̃·ω_m − |x̃|²/2 − μ + ε), with the row's peak μ, and ε only if it is placed here.
template <class T>
void exponential_features(const AttentionSide<T>& side, AttentionFeatures<T>& kept) {
  using std::exp;
  using Wide = accumulator_t<T>;
  const AttentionConventions& conventions = side.conventions;
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    kept.E.push_back(wide_product(kept.scaled[at], side.omega_of(at)));
  }
  if (side.stabiliser() != Stabiliser::none) kept.peaks = kept.groups.peaks(kept.E);
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    const Matrix<Wide>& X = kept.scaled[at];
    Matrix<Wide>& E = kept.E[at];
    for (Index l = 0; l < X.rows(); ++l) {
      Wide lower = sum<T>(X.cols(), [&](Index i) { return X(l, i) * X(l, i); }) / Wide(2);
      if (!kept.peaks.empty()) lower += kept.peaks[kept.groups.of(at, l)].value;
      if (conventions.epsilon_place == EpsilonPlace::exponent) lower -= Wide(conventions.epsilon);
      for (Index m = 0; m < E.cols(); ++m) E(l, m) = exp(E(l, m) - lower);
    }
  }
}

/// g(x) of every row of queries or keys, with x̃ = c x:
///   elementwise map φ:  g(x) = f (φ(x̃) + ε),
///   FAVOR+:             g(x)_m = f (exp(x̃·ω_m − |x̃|²/2 − μ + ε) + ε),
/// with f = 1 or 1/√M, each ε only if it is placed there, and the stabiliser μ. With default
/// conventions this is the paper's features().
/// Source: the paper's code; Google's code of FAVOR+ for stabilisers, ε and 1/√M.
template <class T>
AttentionFeatures<T> attention_features(const AttentionSide<T>& side, Index heads) {
  using Wide = accumulator_t<T>;
  AttentionFeatures<T> kept{.scaled = {},
                            .E = {},
                            .G = {},
                            .groups = StabiliserGroups(side, heads, side.X.front().rows()),
                            .peaks = {}};
  for (const Matrix<T>& X : side.X) {
    kept.scaled.push_back(times<Wide>(side_scale(side), X.template cast<Wide>()));
  }
  if (side.exponential()) {
    exponential_features(side, kept);
  } else {
    for (const Matrix<Wide>& X : kept.scaled) {
      kept.E.push_back(X.unaryExpr([&](const Wide& x) -> Wide {
        return feature(side.map.kind, x, side.conventions.elu_cancellation);
      }));
    }
  }
  for (const Matrix<Wide>& E : kept.E) {
    Matrix<Wide> G = E;
    if (side.conventions.epsilon_place == EpsilonPlace::feature) {
      G.array() += Wide(side.conventions.epsilon);
    }
    const auto factor = feature_factor<Wide>(side.conventions, G.cols());
    kept.G.push_back(narrowed<T>(times(factor, std::move(G))));
  }
  return kept;
}

/// P = f dG ∘ φ'(x̃), or f dG ∘ E for FAVOR+, whose derivative is E. 0 for a masked row.
template <class T>
Matrix<accumulator_t<T>> map_cotangent(const AttentionSide<T>& side,
                                       const AttentionFeatures<T>& kept, std::size_t at,
                                       const Matrix<accumulator_t<T>>& dG) {
  using Wide = accumulator_t<T>;
  const Conventions slopes{.relu_slope_at_zero = side.conventions.relu_slope_at_zero,
                           .absolute_slope_at_zero = side.conventions.absolute_slope_at_zero};
  const Matrix<Wide>& E = kept.E[at];
  Matrix<Wide> P = times(feature_factor<Wide>(side.conventions, dG.cols()), dG);
  for (Index l = 0; l < P.rows(); ++l) {
    for (Index m = 0; m < P.cols(); ++m) {
      if (!kept.groups.takes_part(at, l)) {
        P(l, m) = Wide(0);
      } else if (side.exponential()) {
        P(l, m) *= E(l, m);
      } else {
        P(l, m) *= feature_slope(side.map.kind, slopes, kept.scaled[at](l, m), E(l, m));
      }
    }
  }
  return P;
}

/// Adds the gradient through a stabiliser that is not detached to the cotangent of the
/// projections: at a peak, −Σ P over all rows that share it.
template <class T>
void add_peak_cotangents(const AttentionFeatures<T>& kept, const HeadMatrices<accumulator_t<T>>& P,
                         HeadMatrices<accumulator_t<T>>& dprojections) {
  for (std::size_t at = 0; at < P.size(); ++at) {
    for (Index l = 0; l < P[at].rows(); ++l) {
      if (!kept.groups.takes_part(at, l)) continue;
      const auto& peak = kept.peaks[kept.groups.of(at, l)];
      dprojections[peak.at](peak.row, peak.feature) -=
          sum<T>(P[at].cols(), [&](Index m) { return P[at](l, m); });
    }
  }
}

/// dX of every row, from dG: c P for elementwise maps; for FAVOR+ c (ω p − x̃ Σ_m P_m), where p is
/// the cotangent of the projections (P, plus the stabiliser's contribution at a peak). 0 for a
/// masked row.
template <class T>
HeadMatrices<T> attention_features_pullback(const AttentionSide<T>& side,
                                            const AttentionFeatures<T>& kept,
                                            const HeadMatrices<accumulator_t<T>>& dG) {
  using Wide = accumulator_t<T>;
  const Wide c = side_scale(side);
  HeadMatrices<Wide> P;
  for (std::size_t at = 0; at < dG.size(); ++at) {
    P.push_back(map_cotangent(side, kept, at, dG[at]));
  }
  HeadMatrices<T> dX;
  if (!side.exponential()) {
    for (const Matrix<Wide>& p : P) dX.push_back(narrowed<T>(times(c, p)));
    return dX;
  }
  HeadMatrices<Wide> dprojections = P;
  if (!side.conventions.stabiliser_detached && !kept.peaks.empty()) {
    add_peak_cotangents(kept, P, dprojections);
  }
  for (std::size_t at = 0; at < P.size(); ++at) {
    Matrix<Wide> dx = wide_product(dprojections[at], side.omega_of(at).transpose());
    for (Index l = 0; l < P[at].rows(); ++l) {
      const bool part = kept.groups.takes_part(at, l);
      const Wide row_sum = sum<T>(P[at].cols(), [&](Index m) { return P[at](l, m); });
      for (Index i = 0; i < dx.cols(); ++i) {
        dx(l, i) = part ? Wide(c * (dx(l, i) - kept.scaled[at](l, i) * row_sum)) : Wide(0);
      }
    }
    dX.push_back(narrowed<T>(std::move(dx)));
  }
  return dX;
}

}  // namespace slim::reference
