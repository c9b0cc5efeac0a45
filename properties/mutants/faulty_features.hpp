// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_attention.hpp"
#include "reference/performer/attention_features.hpp"

#include <atomic>
#include <cmath>

namespace slim::properties::mutants {

/// The number of calls in this thread, for faults that change from call to call.
inline std::uint64_t& calls_of_this_thread() {
  thread_local std::uint64_t calls = 0;
  return calls;
}

/// The conventions with every ε as the faults round, move or multiply it in scalar T, for M
/// features that are not given.
template <class T>
AttentionConventions with_epsilons_of(const Faults& faults, AttentionConventions conventions,
                                      Index M) {
  using enum EpsilonPlace;
  Epsilons& epsilons = conventions.epsilons;
  if (faults.has(Fault::epsilon_in_float32)) {
    for (std::size_t i = 0; i < epsilon_places; ++i) {
      double& epsilon = epsilons[static_cast<EpsilonPlace>(i)];
      epsilon = to_double(narrowed_to(NarrowType::float32, static_cast<T>(epsilon)));
    }
  }
  if (faults.has(Fault::epsilon_in_feature)) epsilons[feature] += 1e-3;
  if (!changes_epsilons_of_features(faults)) return conventions;
  if (epsilons.largest_in_features() == 0.0) epsilons[feature] = 1e-3;
  if (faults.has(Fault::epsilon_of_features_times_features)) {
    for (const EpsilonPlace place : places_in_features) epsilons[place] *= static_cast<double>(M);
    return conventions;
  }
  const bool is_of_queries = faults.has(Fault::epsilon_on_queries_only);
  const auto keep = [&](EpsilonPlace both, EpsilonPlace of_queries, EpsilonPlace of_keys) {
    epsilons[is_of_queries ? of_queries : of_keys] += epsilons[both];
    epsilons[is_of_queries ? of_keys : of_queries] = 0.0;
    epsilons[both] = 0.0;
  };
  keep(feature, query_feature, key_feature);
  keep(divided_feature, divided_query_feature, divided_key_feature);
  return conventions;
}

/// g(X) of the queries or the keys of all heads, and its pullback, with the given faults: the
/// reference under the conventions of the task, with one of them changed or its features modified.
template <class T>
class FaultyFeatures {
 public:
  using Side = reference::AttentionSide<T>;
  using Matrices = reference::HeadMatrices<T>;

  /// `side` as the reference would take it; with features given, X are the features.
  FaultyFeatures(const Faults& faults, Side side, bool given, Index heads)
      : faults_(faults), side_(std::move(side)), heads_(heads) {
    if (given) {
      for (Matrix<T>& X : side_.X) round(X);
      return;
    }
    change_conventions();
    kept_ = reference::attention_features(side_, heads);
    for (std::size_t at = 0; at < side_.X.size(); ++at) change_exponentials(at);
    for (Matrix<T>& G : kept_->G) change(G);
  }

  /// G of head `at` [L, M]
  [[nodiscard]] const Matrix<T>& of(std::size_t at) const {
    return kept_ ? kept_->G[at] : side_.X[at];
  }
  /// dX of all heads from dG.
  [[nodiscard]] Matrices pulled_back(const Matrices& dG) const {
    if (!kept_) return dG;
    const bool is_elementwise = !reference::is_of_rows(kind()) && !side_.map.is_projected();
    if (is_elementwise && faults_.has(Fault::slope_of_map_left_out)) return dG;
    Side side = side_;
    if (faults_.has(Fault::another_projection_in_pullback)) {
      for (Matrix<T>& omega : side.omega) omega *= T(1.01);
    }
    if (faults_.has(Fault::norm_gradient_left_out)) leave_out_norm(side);
    Matrices dX = reference::attention_features_pullback(side, *kept_, dG);
    if (faults_.has(Fault::masked_keys_get_gradient) ||
        faults_.has(Fault::masked_keys_alone_get_gradient)) {
      put_gradients_of_masked(side, dG, dX);
    }
    if (faults_.has(Fault::elu_slope_of_both_branches) && kind() == FeatureKind::elu_plus_one) {
      for (std::size_t at = 0; at < dX.size(); ++at) {
        for (Index i = 0; i < dX[at].size(); ++i) {
          using std::exp;
          dX[at].data()[i] += T(0) * T(exp(side_.X[at].data()[i]));  // 0 ∞ is NaN
        }
      }
    }
    return dX;
  }

 private:
  /// The gradients of masked rows are those without a mask.
  void put_gradients_of_masked(Side side, const Matrices& dG, Matrices& dX) const {
    const std::span<const std::uint8_t> mask = side.key_mask;
    if (mask.empty()) return;
    side.key_mask = {};
    const auto kept = reference::attention_features(side, heads_);
    const Matrices without_mask = reference::attention_features_pullback(side, kept, dG);
    const Index L = dX.front().rows();
    for (std::size_t at = 0; at < dX.size(); ++at) {
      const Index b = static_cast<Index>(at) / heads_;
      for (Index l = 0; l < L; ++l) {
        if (mask[static_cast<std::size_t>(b * L + l)] == 0) dX[at].row(l) = without_mask[at].row(l);
      }
    }
  }
  [[nodiscard]] FeatureKind kind() const { return side_.map.kind; }
  [[nodiscard]] Index width() const { return side_.X.front().cols(); }

  void change_conventions() {
    AttentionConventions& own = side_.conventions;
    const bool is_key = !side_.is_query;
    own = with_epsilons_of<T>(faults_, own, side_.map.features(width()));
    const bool has_sums = own.divides_by_sum || own.keys.divides_over_rows();
    if (faults_.has(Fault::root_features_on_queries_only) && !has_sums) {
      own.divides_by_root_features = side_.is_query;
    }
    if (faults_.has(Fault::feature_scale_on_queries_only) && is_key) {
      own.feature_scale = 1.0;
      own.keys.feature_scale.reset();
    }
    if (faults_.has(Fault::running_sums_over_length) && own.keys.divides_by_running_sum) {
      own.keys.divides_by_running_sum = false;
      own.keys.divides_by_length_sum = true;
    }
    change_scale(own);
    change_norm(own);
    if (!has_exponent(kind())) return;
    if (faults_.has(Fault::epsilon_in_exponent)) own.epsilons[EpsilonPlace::exponent] += 1e-3;
    if (faults_.has(Fault::stabiliser_of_each_key) && is_key) {
      own.key_stabiliser = Stabiliser::per_row;
    }
    const bool adds_stabiliser =
        faults_.has(Fault::stabiliser_over_length) ||
        (faults_.has(Fault::stabiliser_over_masked_keys) && own.key_stabiliser == Stabiliser::none);
    if (adds_stabiliser && is_key) {
      own.key_stabiliser = Stabiliser::over_length;
      if (own.epsilons.largest_in_features() == 0.0) {
        own.epsilons[EpsilonPlace::feature] = 1e-6;
      }
    }
  }
  void change_scale(AttentionConventions& own) {
    if (faults_.has(Fault::neither_scaled)) own.scaling = Scaling::none;
    if (faults_.has(Fault::queries_not_scaled) && side_.is_query) own.scaling = Scaling::none;
    change_factor(own);
    if (!faults_.has(Fault::keys_scaled_twice) || side_.is_query) return;
    const bool shares = own.scaling == Scaling::both || (own.scaling == Scaling::by_feature_map &&
                                                         kind() == FeatureKind::favor_plus);
    if (shares) {
      own.scaling = Scaling::keys;
    } else {
      own.input_scale *= reference::side_scale<double>(own.scaling, false, false, width());
    }
  }
  /// The factor of the scaling in a narrower type, or that of another width.
  void change_factor(AttentionConventions& own) const {
    const bool shared = kind() == FeatureKind::favor_plus;
    const auto factor = [&](Index d) {
      return reference::side_scale<T>(own.scaling, shared, side_.is_query, d);
    };
    if (faults_.has(Fault::scale_in_float32)) {
      own.input_scale *=
          to_double(T(narrowed_to(NarrowType::float32, factor(width())) / factor(width())));
    }
    if (faults_.has(Fault::scale_kept_from_first_call)) {
      thread_local const Index first = width();
      own.input_scale *= to_double(T(factor(first) / factor(width())));
    }
  }
  /// The same map without the factor exp(±|x|²/2).
  static void leave_out_norm(Side& side) {
    AttentionConventions& own = side.conventions;
    if (side.map.kind == FeatureKind::favor_plus) {
      if (own.scaling == Scaling::by_feature_map) own.scaling = Scaling::both;
      side.map = {FeatureKind::exponential, side.map.blocks, true};
    }
    own.norm_factor = false;
  }
  void change_norm(AttentionConventions& own) {
    if (reference::sign_of_norm(kind(), own) == 0) return;
    if (faults_.has(Fault::norm_left_out)) leave_out_norm(side_);
    if (faults_.has(Fault::norm_of_unscaled_input) && side_.map.is_projected()) {
      const T c = reference::side_scale(side_);
      for (Matrix<T>& omega : side_.omega) omega *= c;
      own.scaling = Scaling::none;
      own.input_scale = 1.0;
    }
  }
  /// e^u e^(−lower) in two factors, or with a floor.
  void change_exponentials(std::size_t at) {
    const bool two_factors = faults_.has(Fault::exponential_in_two_factors) ||
                             faults_.has(Fault::overflow_answered_with_zero);
    const bool floored = faults_.has(Fault::exponent_floored);
    if (!has_exponent(kind()) || !(two_factors || floored)) return;
    using std::exp;
    Matrix<T>& E = kept_->E[at];
    const Matrix<T>& U = kept_->u(at);
    for (Index l = 0; l < E.rows(); ++l) {
      const T lower = reference::subtracted_exponent(side_, *kept_, at, l);
      for (Index m = 0; m < U.cols(); ++m) {
        if (two_factors) E(l, m) = exp(U(l, m)) * exp(T(-lower));
        if (floored && U(l, m) - lower < T(-30)) E(l, m) = exp(T(-30));
      }
    }
    Matrices G = std::move(kept_->G);
    Matrices sums = std::move(kept_->sums);
    kept_->G.clear();
    kept_->sums.clear();
    for (std::size_t other = 0; other <= at; ++other) {
      reference::divide_features(side_, other, *kept_);
    }
    for (std::size_t other = at + 1; other < G.size(); ++other) {
      kept_->G.push_back(std::move(G[other]));
      if (!sums.empty()) kept_->sums.push_back(std::move(sums[other]));
    }
  }
  void change(Matrix<T>& G) const {
    if (faults_.has(Fault::elu_without_one) && kind() == FeatureKind::elu_plus_one) {
      G.array() -= reference::feature_factor<T>(side_.conventions, G.cols());
    }
    if (faults_.has(Fault::features_clipped)) {
      G = G.unaryExpr([](const T& g) { return g > T(1e7) ? T(1e7) : g; }).eval();
    }
    if (faults_.has(Fault::features_flushed)) {
      G = G.unaryExpr([](const T& g) { return g < T(1e-18) ? T(0) : g; }).eval();
    }
    round(G);
  }
  void round(Matrix<T>& G) const {
    if (faults_.narrows(KeptArray::features)) G = narrowed_to(faults_.detail().type, G);
  }

  const Faults& faults_;
  Side side_;
  Index heads_;
  std::optional<reference::AttentionFeatures<T>> kept_;  ///< empty if features are given
};

/// ω of head h of a task, changed by the faults; empty if the task has none.
template <class T>
Matrix<T> faulty_projection(const Faults& faults, const HeadsView<T>& omega, const HeadsView<T>& x,
                            Index h, bool is_query) {
  if (omega.empty()) return {};
  Matrix<T> result = omega(0, faults.has(Fault::projection_shared_by_heads) ? 0 : h);
  if (faults.has(Fault::first_block_repeated)) {
    const Index d = result.rows();
    for (Index m = d; m < result.cols(); ++m) result.col(m) = result.col(m % d).eval();
  }
  if (faults.has(Fault::another_projection_for_keys) && !is_query) result *= T(-1);
  if (faults.has(Fault::projection_redrawn_at_each_call)) {
    result *= T(1.0 + 0.01 * static_cast<double>(calls_of_this_thread() % 97));
  }
  if (faults.has(Fault::projection_seeded_from_data)) {
    const double last = to_double(x(x.sizes.batch - 1, 0)(x.sizes.rows - 1, 0));
    result *= T(1.0 + 0.25 * std::sin(last));
  }
  return result;
}

/// The same of all heads; empty if the task has none.
template <class T>
reference::HeadMatrices<T> faulty_projections(const Faults& faults, const HeadsView<T>& omega,
                                              const HeadsView<T>& x, bool is_query) {
  reference::HeadMatrices<T> all;
  for (Index h = 0; h < (omega.empty() ? 0 : omega.sizes.heads); ++h) {
    all.push_back(faulty_projection(faults, omega, x, h, is_query));
  }
  return all;
}

}  // namespace slim::properties::mutants
