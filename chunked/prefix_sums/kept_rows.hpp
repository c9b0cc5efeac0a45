// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/prefix_sum.hpp"

namespace slim::chunked {

/// Prefix sums with R and S of every row stored: C·M·(d + 1) numbers per head. `Scan` turns
/// increments into sums: Scan::run(count, add) makes row i the sum of rows 0 … i by calls add(from,
/// into), which add row `from` to row `into`.
template <class T, class Scan>
class KeptRows final : public PrefixSum<T> {
 public:
  using Sizes = typename PrefixSum<T>::Sizes;

  [[nodiscard]] Index kept(const Sizes& sizes) const override {
    return sizes.rows * (sizes.width + 1) * sizes.features;
  }
  [[nodiscard]] Index scratch(const Sizes& /*sizes*/) const override { return 0; }

  void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> /*scratch*/) const override {
    const Index C = head.rows();
    // T_l = V_l ⊗ g(K_l), U_l = g(K_l)
    for (Index l = 0; l < C; ++l) {
      R(kept, head, l) = head.V.row(l).transpose() * head.gK.row(l);
      S(kept, head, l) = head.gK.row(l).transpose();
    }
    R(kept, head, 0) += head.R;
    S(kept, head, 0) += head.S;
    Scan::run(C, [&](Index from, Index into) { add(kept, head, from, into); });
    // Y_l = R_l g(Q_l) / (S_l·g(Q_l) + ε)
    for (Index l = 0; l < C; ++l) {
      const T denominator = S(kept, head, l).dot(head.gQ.row(l)) + head.epsilon;
      const MatrixView<T> R_l = R(kept, head, l);
      for (Index i = 0; i < head.width(); ++i) {
        Y(l, i) = R_l.row(i).dot(head.gQ.row(l)) / denominator;
      }
    }
  }

  void pull_back(const HeadSlice<T>& head, HeadCotangents<T> c, std::span<T> kept,
                 std::span<T> /*scratch*/) const override {
    const Index C = head.rows();
    // dA = dY/D, dD = -(dA·Y), dg(Q_l) = R_lᵀ dA_l + dD_l S_l; then R_l and S_l are overwritten
    // with the cotangents of the row's increments, dT_l = dA_l ⊗ g(Q_l), dU_l = dD_l g(Q_l).
    for (Index l = 0; l < C; ++l) {
      MatrixView<T> R_l = R(kept, head, l);
      VectorView<T> S_l = S(kept, head, l);
      const T denominator = S_l.dot(head.gQ.row(l)) + head.epsilon;
      auto dA = c.dY.row(l);
      dA /= denominator;
      const T dD = -dA.dot(c.Y.row(l));
      auto dgQ = c.dgQ.row(l);
      dgQ = dD * S_l.transpose();
      for (Index i = 0; i < head.width(); ++i) dgQ += dA(i) * R_l.row(i);
      R_l = dA.transpose() * head.gQ.row(l);
      S_l = dD * head.gQ.row(l).transpose();
    }
    R(kept, head, C - 1) += c.dR;
    S(kept, head, C - 1) += c.dS;
    Scan::run(C, [&](Index from, Index into) { add(kept, head, C - 1 - from, C - 1 - into); });
    // dg(K_l) = dR_lᵀ V_l + dS_l, dV_l = dR_l g(K_l)
    for (Index l = 0; l < C; ++l) {
      const MatrixView<T> dR = R(kept, head, l);
      auto dgK = c.dgK.row(l);
      dgK = S(kept, head, l).transpose();
      for (Index i = 0; i < head.width(); ++i) {
        dgK += head.V(l, i) * dR.row(i);
        c.dV(l, i) = dR.row(i).dot(head.gK.row(l));
      }
    }
    c.dR = R(kept, head, 0);
    c.dS = S(kept, head, 0);
  }

 private:
  static T* row(std::span<T> kept, const HeadSlice<T>& head, Index l) {
    return kept.data() + l * (head.width() + 1) * head.features();
  }
  static MatrixView<T> R(std::span<T> kept, const HeadSlice<T>& head, Index l) {
    return {row(kept, head, l), head.width(), head.features()};
  }
  static VectorView<T> S(std::span<T> kept, const HeadSlice<T>& head, Index l) {
    return {row(kept, head, l) + head.width() * head.features(), head.features()};
  }
  static void add(std::span<T> kept, const HeadSlice<T>& head, Index from, Index into) {
    R(kept, head, into) += R(kept, head, from);
    S(kept, head, into) += S(kept, head, from);
  }
};

}  // namespace slim::chunked
