// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/prefix_sum.hpp"

namespace slim::chunked {

/// Prefix sums one row after another, in one running R and S. The pullback runs twice over the
/// rows: forward from the start for dg(Q), then backward with the cotangent of the sums for dg(K)
/// and dV. Nothing is subtracted.
/// Memory: M (d + 1) + C numbers per head.
/// Source: SLiM Performer, appendix B, after Katharopoulos et al. 2020.
template <class T>
class Iterative final : public PrefixSum<T> {
 public:
  using Sizes = typename PrefixSum<T>::Sizes;

  [[nodiscard]] Index kept(const Sizes& /*sizes*/) const override { return 0; }
  [[nodiscard]] Index scratch(const Sizes& sizes) const override {
    return (sizes.width + 1) * sizes.features + sizes.rows;
  }

  void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> /*kept*/,
               std::span<T> scratch) const override {
    Walk walk(head, scratch);
    for (Index l = 0; l < head.rows(); ++l) {
      const T denominator = walk.step(l);
      // Y_l = R_l g(Q_l) / (S_l·g(Q_l) + ε)
      for (Index i = 0; i < head.width(); ++i) {
        Y(l, i) = walk.R.row(i).dot(head.gQ.row(l)) / denominator;
      }
    }
  }

  void pull_back(const HeadSlice<T>& head, HeadCotangents<T> c, std::span<T> /*kept*/,
                 std::span<T> scratch) const override {
    VectorView<T> dDenominator(scratch.data() + (head.width() + 1) * head.features(), head.rows());
    pull_back_queries(head, c, dDenominator, scratch);
    pull_back_keys(head, c, dDenominator);
  }

 private:
  /// R_l and S_l, row after row.
  struct Walk {
    const HeadSlice<T>& head;
    MatrixView<T> R;
    VectorView<T> S;

    Walk(const HeadSlice<T>& of, std::span<T> scratch)
        : head(of),
          R(scratch.data(), of.width(), of.features()),
          S(scratch.data() + of.width() * of.features(), of.features()) {
      R = head.R;
      S = head.S;
    }
    /// Adds row l; returns its denominator S_l·g(Q_l) + ε.
    T step(Index l) {
      const auto gK = head.gK.row(l);
      for (Index i = 0; i < head.width(); ++i) R.row(i) += head.V(l, i) * gK;
      S += gK.transpose();
      return S.dot(head.gQ.row(l)) + head.epsilon;
    }
  };

  /// With A = R_l g(Q_l) and D the denominator: dA = dY/D (in place), dD = -(dA·Y),
  /// dg(Q) = R_lᵀ dA + dD S_l.
  void pull_back_queries(const HeadSlice<T>& head, HeadCotangents<T>& c,
                         VectorView<T>& dDenominator, std::span<T> scratch) const {
    Walk walk(head, scratch);
    for (Index l = 0; l < head.rows(); ++l) {
      const T denominator = walk.step(l);
      c.dY.row(l) /= denominator;
      dDenominator(l) = -c.dY.row(l).dot(c.Y.row(l));
      auto dgQ = c.dgQ.row(l);
      dgQ = dDenominator(l) * walk.S.transpose();
      for (Index i = 0; i < head.width(); ++i) dgQ += c.dY(l, i) * walk.R.row(i);
    }
  }

  /// Backward over the rows: dR += dA_l ⊗ g(Q_l), dS += dD_l g(Q_l); then dg(K_l) = dRᵀ V_l + dS,
  /// dV_l = dR g(K_l).
  void pull_back_keys(const HeadSlice<T>& head, HeadCotangents<T>& c,
                      const VectorView<T>& dDenominator) const {
    for (Index l = head.rows() - 1; l >= 0; --l) {
      const auto gQ = head.gQ.row(l);
      const auto gK = head.gK.row(l);
      c.dS += dDenominator(l) * gQ.transpose();
      auto dgK = c.dgK.row(l);
      dgK = c.dS.transpose();
      for (Index i = 0; i < head.width(); ++i) {
        auto dR = c.dR.row(i);
        dR += c.dY(l, i) * gQ;
        dgK += head.V(l, i) * dR;
        c.dV(l, i) = dR.dot(gK);
      }
    }
  }
};

}  // namespace slim::chunked
