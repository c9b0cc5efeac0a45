// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/mutants/faulty_attention.hpp"

#include <atomic>
#include <cmath>

namespace slim::properties::mutants {

/// The number of calls in this thread, for faults that change from call to call.
inline std::uint64_t& calls_of_this_thread() {
  thread_local std::uint64_t calls = 0;
  return calls;
}

/// g(X) of one head, X [L, D], and its pullback, with the given faults.
template <class T>
class FaultyFeatures {
 public:
  /// `omega` [D, M] is empty unless the map is FAVOR+.
  FaultyFeatures(Faults faults, FeatureKind kind, bool given, bool is_query, Matrix<T> omega)
      : faults_(faults),
        kind_(kind),
        given_(given),
        is_query_(is_query),
        omega_(std::move(omega)) {}

  [[nodiscard]] Matrix<T> of(const Matrix<T>& X) const {
    if (given_) return X;
    Matrix<T> G = is_favor() ? exponential(X)
                             : Matrix<T>(X.unaryExpr([&](const T& x) { return elementwise(x); }));
    if (faults_.has(Fault::epsilon_in_feature)) G.array() += T(1e-3);
    if (faults_.has(Fault::features_clipped)) {
      G = G.unaryExpr([](const T& g) { return g > T(1e7) ? T(1e7) : g; });
    }
    if (faults_.has(Fault::features_flushed)) {
      G = G.unaryExpr([](const T& g) { return g < T(1e-18) ? T(0) : g; });
    }
    if (faults_.has(Fault::root_features_on_queries_only) && is_query_) {
      using std::sqrt;
      G /= T(sqrt(T(static_cast<double>(G.cols()))));
    }
    return G;
  }
  /// dX from dG [L, M] and G = of(X): dG ∘ g'(X), or for FAVOR+ c (ω (dG ∘ G) − x̃ Σ dG ∘ G).
  [[nodiscard]] Matrix<T> pulled_back(const Matrix<T>& X, const Matrix<T>& G,
                                      const Matrix<T>& dG) const {
    if (given_) return dG;
    if (is_favor()) {
      const Matrix<T> P = dG.cwiseProduct(G);
      const bool another = faults_.has(Fault::another_projection_in_pullback);
      const T of_pullback = another ? T(1.01) : T(1);
      Matrix<T> dX = of_pullback * P * omega_.transpose();
      for (Index l = 0; l < X.rows(); ++l) dX.row(l) -= scale() * P.row(l).sum() * X.row(l);
      return scale() * dX;
    }
    Matrix<T> dX = dG;
    if (faults_.has(Fault::slope_of_map_left_out)) return dX;
    for (Index l = 0; l < X.rows(); ++l) {
      for (Index i = 0; i < X.cols(); ++i) dX(l, i) *= slope(X(l, i));
    }
    return dX;
  }

 private:
  [[nodiscard]] bool is_favor() const { return kind_ == FeatureKind::favor_plus; }

  /// c of x̃ = c x
  [[nodiscard]] T scale() const {
    using std::sqrt;
    T right = T(1) / sqrt(sqrt(T(static_cast<double>(omega_.rows()))));
    if (faults_.has(Fault::neither_scaled)) return T(1);
    if (faults_.has(Fault::queries_not_scaled) && is_query_) return T(1);
    if (faults_.has(Fault::keys_scaled_twice) && !is_query_) return right * right;
    return right;
  }
  [[nodiscard]] T half_norm(const Matrix<T>& X, Index l) const {
    if (faults_.has(Fault::norm_left_out)) return T(0);
    const T square = X.row(l).squaredNorm() / T(2);
    return faults_.has(Fault::norm_of_unscaled_input) ? square : T(scale() * scale() * square);
  }
  [[nodiscard]] bool in_two_factors() const {
    return faults_.has(Fault::exponential_in_two_factors) ||
           faults_.has(Fault::overflow_answered_with_zero);
  }
  /// exp(x̃·ω_m − |x̃|²/2)
  [[nodiscard]] Matrix<T> exponential(const Matrix<T>& X) const {
    using std::exp;
    Matrix<T> P = scale() * (X * omega_);
    const T all = P.maxCoeff();
    for (Index l = 0; l < X.rows(); ++l) {
      T lower = half_norm(X, l);
      if (faults_.has(Fault::stabiliser_of_each_key) && !is_query_) lower += P.row(l).maxCoeff();
      if (faults_.has(Fault::stabiliser_over_length) && !is_query_) lower += all;
      if (faults_.has(Fault::epsilon_in_exponent)) lower -= T(1e-3);
      for (Index m = 0; m < P.cols(); ++m) {
        if (faults_.has(Fault::exponent_floored) && P(l, m) - lower < T(-30)) {
          P(l, m) = lower - T(30);
        }
        P(l, m) = in_two_factors() ? T(exp(P(l, m)) * exp(T(-lower))) : T(exp(T(P(l, m) - lower)));
      }
    }
    if (faults_.has(Fault::stabiliser_over_length) && !is_query_) P.array() += T(1e-6);
    return P;
  }
  [[nodiscard]] T elementwise(const T& x) const {
    using std::exp;
    switch (kind_) {
      case FeatureKind::square:
        return x * x;
      case FeatureKind::relu:
        return x > T(0) ? x : T(0);
      case FeatureKind::elu_plus_one:
        if (faults_.has(Fault::elu_without_one)) return x > T(0) ? x : T(exp(x) - T(1));
        return x > T(0) ? T(x + T(1)) : T(exp(x));
      default:
        return x < T(0) ? T(-x) : x;
    }
  }
  [[nodiscard]] T slope(const T& x) const {
    using std::exp;
    switch (kind_) {
      case FeatureKind::square:
        return T(2) * x;
      case FeatureKind::relu:
        return x > T(0) ? T(1) : T(0);
      case FeatureKind::elu_plus_one:
        if (faults_.has(Fault::elu_slope_of_both_branches)) {
          const T positive(x > T(0) ? 1.0 : 0.0);
          return positive + (T(1) - positive) * T(exp(x));
        }
        return x > T(0) ? T(1) : T(exp(x));
      default:
        return x > T(0) ? T(1) : T(x < T(0) ? T(-1) : T(0));
    }
  }

  Faults faults_;
  FeatureKind kind_;
  bool given_;
  bool is_query_;
  Matrix<T> omega_;
};

/// ω of head h of a task, changed by the faults; empty if the task has none.
template <class T>
Matrix<T> faulty_projection(Faults faults, const HeadsView<T>& omega, const HeadsView<T>& x,
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

}  // namespace slim::properties::mutants
