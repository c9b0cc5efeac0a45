// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/performer/feature_rows.hpp"
#include "reference/performer/unit_lengths.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

namespace slim::reference {

/// The features of queries or keys, with what their pullback needs. All members but G are in the
/// accumulator's type.
template <class T>
struct AttentionFeatures {
  HeadMatrices<accumulator_t<T>> scaled;  ///< x̃ = c x, or c x/|x| [L, D]
  /// |x| of the rows that share it, with its ε and whether it moves with x [L, 2]
  HeadMatrices<accumulator_t<T>> lengths;
  HeadMatrices<accumulator_t<T>> U;  ///< x̃ ω; empty unless the map is projected [L, P]
  HeadMatrices<accumulator_t<T>> E;  ///< f(u) before ε and the division [L, M]
  /// By which features are divided, with ε [L, 1]; over rows [1, M] or [L, M]; or empty.
  HeadMatrices<accumulator_t<T>> sums;
  HeadMatrices<T> G;  ///< g(x) [L, M]
  StabiliserGroups groups;
  std::vector<Peak<accumulator_t<T>>> peaks;  ///< of each group, if there is a stabiliser

  [[nodiscard]] const Matrix<accumulator_t<T>>& u(std::size_t at) const {
    return U.empty() ? scaled[at] : U[at];
  }
};

/// x̃ of every row, and x̃ ω if the map is projected.
template <class T>
void prepare_arguments(const AttentionSide<T>& side, AttentionFeatures<T>& kept) {
  using Wide = accumulator_t<T>;
  const bool has_lengths = side.conventions.unit_length != UnitLength::none;
  if (has_lengths) kept.lengths = lengths_of_rows(side, kept.groups);
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    Matrix<Wide> X = side.X[at].template cast<Wide>();
    if (has_lengths) {
      for (Index l = 0; l < X.rows(); ++l) {
        for (Index i = 0; i < X.cols(); ++i) X(l, i) = X(l, i) / kept.lengths[at](l, 0);
      }
    }
    kept.scaled.push_back(times<Wide>(side_scale(side), std::move(X)));
    if (side.map.is_projected()) {
      kept.U.push_back(wide_product(kept.scaled[at], side.omega_of(at)));
      if constexpr (requires(const Wide& u) { as_argument(u); }) {  // a number that tracks errors
        kept.U[at] = kept.U[at].unaryExpr([](const Wide& u) { return as_argument(u); }).eval();
      }
    }
  }
}

/// What is subtracted from the exponents of a row: ±|x̃|²/2, the stabiliser's peak μ, and −ε.
template <class T>
accumulator_t<T> subtracted_exponent(const AttentionSide<T>& side, const AttentionFeatures<T>& kept,
                                     std::size_t at, Index l) {
  using Wide = accumulator_t<T>;
  const Matrix<Wide>& X = kept.scaled[at];
  const int sign = sign_of_norm(side.map.kind, side.conventions);
  Wide lower(0);
  if (sign != 0) {
    lower = sum<T>(X.cols(), [&](Index i) { return X(l, i) * X(l, i); }) / Wide(sign < 0 ? 2 : -2);
  }
  if (!kept.peaks.empty()) lower += kept.peaks[kept.groups.of(at, l)].value;
  if (const double epsilon = side.conventions.epsilons[EpsilonPlace::exponent]; epsilon > 0.0) {
    lower -= static_cast<Wide>(epsilon);
  }
  return lower;
}

/// E = f(u)
template <class T>
Matrix<accumulator_t<T>> mapped(const AttentionSide<T>& side, const AttentionFeatures<T>& kept,
                                std::size_t at) {
  using Wide = accumulator_t<T>;
  const Matrix<Wide>& U = kept.u(at);
  const AttentionConventions& own = side.conventions;
  if (!is_of_rows(side.map.kind)) {
    return U.unaryExpr([&](const Wide& u) -> Wide {
      return feature(
          side.map.kind, u,
          {.elu_cancellation = own.elu_cancellation, .softplus_threshold = own.softplus_threshold});
    });
  }
  Matrix<Wide> E(U.rows(), side.map.features(side.X[at].cols()));
  for (Index l = 0; l < U.rows(); ++l) {
    E.row(l) = features_of_row<Wide>(side.map.kind, U.row(l),
                                     subtracted_exponent(side, kept, at, l), E.cols());
  }
  return E;
}

/// What is added to f(u) of a side, or to its features after their division; 0 if nothing is.
template <class T>
accumulator_t<T> added_to_features(const AttentionSide<T>& side, bool divided) {
  using Wide = accumulator_t<T>;
  using enum EpsilonPlace;
  const Epsilons& epsilons = side.conventions.epsilons;
  const EpsilonPlace both = divided ? divided_feature : feature;
  const EpsilonPlace own = side.is_query ? (divided ? divided_query_feature : query_feature)
                                         : (divided ? divided_key_feature : key_feature);
  return static_cast<Wide>(epsilons[both]) + static_cast<Wide>(epsilons[own]);
}

/// s f(u), by which features differ from f before any ε.
template <class T>
Matrix<accumulator_t<T>> scaled_map(const AttentionSide<T>& side, const AttentionFeatures<T>& kept,
                                    std::size_t at) {
  return times(static_cast<accumulator_t<T>>(side.conventions.feature_scale), kept.E[at]);
}

/// g_lm/Σ_l g_lm over the rows that take part, or over those up to l; 0 for rows that do not.
template <class T>
void divide_by_running_sums(std::size_t at, AttentionFeatures<T>& kept,
                            Matrix<accumulator_t<T>>& G) {
  using Wide = accumulator_t<T>;
  kept.sums.push_back(Matrix<Wide>(G.rows(), G.cols()));
  for (Index m = 0; m < G.cols(); ++m) {
    Wide total(0);
    for (Index l = 0; l < G.rows(); ++l) {
      const bool takes_part = kept.groups.takes_part(at, l);
      if (takes_part) total += G(l, m);
      kept.sums[at](l, m) = total;
      G(l, m) = takes_part ? Wide(G(l, m) / total) : Wide(0);
    }
  }
}
template <class T>
void divide_by_length_sums(std::size_t at, AttentionFeatures<T>& kept,
                           Matrix<accumulator_t<T>>& G) {
  using Wide = accumulator_t<T>;
  kept.sums.push_back(Matrix<Wide>(1, G.cols()));
  for (Index m = 0; m < G.cols(); ++m) {
    const Wide total = sum<T>(G.rows(), [&](Index l) -> Wide {
      return kept.groups.takes_part(at, l) ? G(l, m) : Wide(0);
    });
    kept.sums[at](0, m) = total;
    for (Index l = 0; l < G.rows(); ++l) {
      G(l, m) = kept.groups.takes_part(at, l) ? Wide(G(l, m) / total) : Wide(0);
    }
  }
}

/// G of one head from its E: s (c E + ε) + ε,  s = 1, 1/√M or 1/(Σ (c E + ε) + ε).
template <class T>
void divide_features(const AttentionSide<T>& side, std::size_t at, AttentionFeatures<T>& kept) {
  using Wide = accumulator_t<T>;
  const Epsilons& epsilons = side.conventions.epsilons;
  Matrix<Wide> G = scaled_map(side, kept, at);
  const Wide before = added_to_features(side, false);
  if (before > Wide(0)) G.array() += before;
  if (side.conventions.divides_by_sum) {
    const auto added = static_cast<Wide>(epsilons[EpsilonPlace::feature_sum]);
    kept.sums.push_back(Matrix<Wide>(G.rows(), 1));
    for (Index l = 0; l < G.rows(); ++l) {
      const Wide total = sum<T>(G.cols(), [&](Index m) -> Wide { return G(l, m); }) + added;
      kept.sums[at](l, 0) = total;
      for (Index m = 0; m < G.cols(); ++m) G(l, m) = G(l, m) / total;
    }
  }
  if (side.conventions.keys.divides_by_length_sum) divide_by_length_sums(at, kept, G);
  if (side.conventions.keys.divides_by_running_sum) divide_by_running_sums(at, kept, G);
  const auto factor = feature_factor<Wide>(side.conventions, G.cols());
  G = times(factor, std::move(G));
  const Wide after = added_to_features(side, true);
  if (after > Wide(0)) G.array() += after;
  kept.G.push_back(narrowed<T>(std::move(G)));
}

/// g(x) of every row of queries or keys, with x̃ = c x or c x/|x|, and u = x̃ or x̃ ω:
///   g(x) = s (c f(u) + ε) + ε,  s = 1, 1/√M or 1/(Σ (c f(u) + ε) + ε), for keys also the sum over
///   rows,
/// where f is that of the map; FAVOR+ is exp(u − |x̃|²/2 − μ + ε), with the stabiliser μ. Each ε is
/// 0 unless it is placed there. With default conventions this is the paper's features().
/// Source: the paper's code; Google's code of FAVOR+ for generalized maps, stabilisers, ε and 1/√M;
/// Arora et al. 2024, "Simple linear attention language models", for the Taylor map.
template <class T>
AttentionFeatures<T> attention_features(const AttentionSide<T>& side, Index heads) {
  AttentionFeatures<T> kept{.scaled = {},
                            .lengths = {},
                            .U = {},
                            .E = {},
                            .sums = {},
                            .G = {},
                            .groups = StabiliserGroups(side, heads, side.X.front().rows()),
                            .peaks = {}};
  require(side.map.kind != FeatureKind::own, "feature map 'own' has no definition");
  prepare_arguments(side, kept);
  if (side.stabiliser() != Stabiliser::none) {
    kept.peaks = kept.groups.peaks(kept.U.empty() ? kept.scaled : kept.U);
  }
  for (std::size_t at = 0; at < side.X.size(); ++at) {
    kept.E.push_back(mapped(side, kept, at));
    divide_features(side, at, kept);
  }
  return kept;
}

/// The cotangent of f, with ε, of the sums over the length: (dG − Σ_l dG g)/Σ_l f.
template <class T>
void pull_back_length_sums(const AttentionFeatures<T>& kept, std::size_t at,
                           const Matrix<accumulator_t<T>>& F, Matrix<accumulator_t<T>>& dE) {
  using Wide = accumulator_t<T>;
  for (Index m = 0; m < dE.cols(); ++m) {
    const Wide& total = kept.sums[at](0, m);
    const Wide inner = sum<T>(dE.rows(), [&](Index l) -> Wide {  // 0 for rows that are masked
      return dE(l, m) * (F(l, m) / total);
    });
    for (Index l = 0; l < dE.rows(); ++l) {
      if (kept.groups.takes_part(at, l)) dE(l, m) = (dE(l, m) - inner) / total;
    }
  }
}

/// The same of the sums up to each row: dG_l/s_l − Σ_{l' ≥ l} dG_l' g_l'/s_l'.
template <class T>
void pull_back_running_sums(const AttentionFeatures<T>& kept, std::size_t at,
                            const Matrix<accumulator_t<T>>& F, Matrix<accumulator_t<T>>& dE) {
  using Wide = accumulator_t<T>;
  for (Index m = 0; m < dE.cols(); ++m) {
    Wide later(0);
    for (Index l = dE.rows() - 1; l >= 0; --l) {
      if (!kept.groups.takes_part(at, l)) continue;
      const Wide& total = kept.sums[at](l, m);
      const Wide direct = dE(l, m) / total;
      later += direct * (F(l, m) / total);
      dE(l, m) = direct - later;
    }
  }
}

/// dE from dG: s dG, or (dG − Σ dG_m (g_m − ε))/Σ where features are divided by their sum. 0 for a
/// masked row.
template <class T>
Matrix<accumulator_t<T>> map_cotangent(const AttentionSide<T>& side,
                                       const AttentionFeatures<T>& kept, std::size_t at,
                                       const Matrix<accumulator_t<T>>& dG) {
  using Wide = accumulator_t<T>;
  Matrix<Wide> dE = times(feature_factor<Wide>(side.conventions, dG.cols()), dG);
  const KeyParts& over_rows = side.conventions.keys;
  Matrix<Wide> F;
  if (!kept.sums.empty()) {
    F = scaled_map(side, kept, at);
    F.array() += added_to_features(side, false);
  }
  for (Index l = 0; l < dE.rows(); ++l) {
    if (!kept.groups.takes_part(at, l)) {
      for (Index m = 0; m < dE.cols(); ++m) dE(l, m) = Wide(0);
    } else if (side.conventions.divides_by_sum) {
      const Wide& total = kept.sums[at](l, 0);
      const Wide inner =
          sum<T>(dE.cols(), [&](Index m) -> Wide { return dE(l, m) * (F(l, m) / total); });
      for (Index m = 0; m < dE.cols(); ++m) dE(l, m) = (dE(l, m) - inner) / total;
    }
  }
  if (over_rows.divides_by_length_sum) pull_back_length_sums(kept, at, F, dE);
  if (over_rows.divides_by_running_sum) pull_back_running_sums(kept, at, F, dE);
  return times(static_cast<Wide>(side.conventions.feature_scale), std::move(dE));
}

/// du from dE: dE ∘ f'(u).
template <class T>
Matrix<accumulator_t<T>> mapped_pullback(const AttentionSide<T>& side,
                                         const AttentionFeatures<T>& kept, std::size_t at,
                                         const Matrix<accumulator_t<T>>& dE) {
  using Wide = accumulator_t<T>;
  const Conventions slopes{.relu_slope_at_zero = side.conventions.relu_slope_at_zero,
                           .absolute_slope_at_zero = side.conventions.absolute_slope_at_zero};
  const Matrix<Wide>& U = kept.u(at);
  const Matrix<Wide>& E = kept.E[at];
  Matrix<Wide> dU(U.rows(), U.cols());
  for (Index l = 0; l < U.rows(); ++l) {
    if (is_of_rows(side.map.kind)) {
      dU.row(l) = features_of_row_pullback<Wide>(side.map.kind, U.row(l), E.row(l), dE.row(l));
      continue;
    }
    for (Index m = 0; m < U.cols(); ++m) {
      dU(l, m) = dE(l, m) * feature_slope(side.map.kind, slopes, U(l, m), E(l, m),
                                          side.conventions.softplus_threshold);
    }
  }
  return dU;
}

/// Σ_m dE_m E_m of every row [L, 1]: minus the cotangent of what is subtracted from exponents.
template <class T>
Matrix<accumulator_t<T>> exponent_cotangent(const AttentionFeatures<T>& kept, std::size_t at,
                                            const Matrix<accumulator_t<T>>& dE) {
  Matrix<accumulator_t<T>> sums(dE.rows(), 1);
  for (Index l = 0; l < dE.rows(); ++l) {
    sums(l, 0) =
        sum<T>(dE.cols(), [&](Index m) -> accumulator_t<T> { return dE(l, m) * kept.E[at](l, m); });
  }
  return sums;
}

/// Adds the gradient through a stabiliser that is not detached to the cotangent of the
/// projections: at a peak, −Σ dE E over all rows that share it.
template <class T>
void add_peak_cotangents(const AttentionFeatures<T>& kept,
                         const HeadMatrices<accumulator_t<T>>& of_exponents,
                         HeadMatrices<accumulator_t<T>>& dU) {
  for (std::size_t at = 0; at < dU.size(); ++at) {
    for (Index l = 0; l < dU[at].rows(); ++l) {
      if (!kept.groups.takes_part(at, l)) continue;
      const auto& peak = kept.peaks[kept.groups.of(at, l)];
      dU[peak.at](peak.row, peak.feature) -= of_exponents[at](l, 0);
    }
  }
}

/// dx of every row from dx̃: c dx̃, and for unit lengths (dx̂ − x̂ (x̂·dx̂))/|x| with x̂ = x/|x|, where
/// x̂·dx̂ is the sum over all rows that have the length together. 0 for a masked row.
template <class T>
void pull_back_scaling(const AttentionSide<T>& side, const AttentionFeatures<T>& kept,
                       HeadMatrices<accumulator_t<T>>& dX) {
  using Wide = accumulator_t<T>;
  for (std::size_t at = 0; at < dX.size(); ++at) {
    dX[at] = times<Wide>(side_scale(side), std::move(dX[at]));
    for (Index l = 0; l < dX[at].rows(); ++l) {
      if (!kept.groups.takes_part(at, l)) dX[at].row(l).setConstant(Wide(0));
    }
  }
  pull_back_unit_lengths(side, kept.groups, kept.lengths, dX);
}

/// dX of every row, from dG. With the factor of a norm, dx̃ = ω du ∓ x̃ Σ_m dE_m E_m.
template <class T>
HeadMatrices<T> attention_features_pullback(const AttentionSide<T>& side,
                                            const AttentionFeatures<T>& kept,
                                            const HeadMatrices<accumulator_t<T>>& dG) {
  using Wide = accumulator_t<T>;
  const int sign = sign_of_norm(side.map.kind, side.conventions);
  const bool moves_peaks = !side.conventions.stabiliser_detached && !kept.peaks.empty();
  HeadMatrices<Wide> dU, of_exponents;
  for (std::size_t at = 0; at < dG.size(); ++at) {
    const Matrix<Wide> dE = map_cotangent(side, kept, at, dG[at]);
    dU.push_back(mapped_pullback(side, kept, at, dE));
    if (sign != 0 || moves_peaks) of_exponents.push_back(exponent_cotangent(kept, at, dE));
  }
  if (moves_peaks) add_peak_cotangents(kept, of_exponents, dU);
  HeadMatrices<Wide> dX;
  for (std::size_t at = 0; at < dG.size(); ++at) {
    Matrix<Wide> dx = side.map.is_projected() ? wide_product(dU[at], side.omega_of(at).transpose())
                                              : std::move(dU[at]);
    for (Index l = 0; l < (sign == 0 ? 0 : dx.rows()); ++l) {
      for (Index i = 0; i < dx.cols(); ++i) {
        const Wide of_norm = kept.scaled[at](l, i) * of_exponents[at](l, 0);
        dx(l, i) = sign < 0 ? Wide(dx(l, i) - of_norm) : Wide(dx(l, i) + of_norm);
      }
    }
    dX.push_back(std::move(dx));
  }
  pull_back_scaling(side, kept, dX);
  HeadMatrices<T> result;
  for (Matrix<Wide>& dx : dX) result.push_back(narrowed<T>(std::move(dx)));
  return result;
}

}  // namespace slim::reference
