// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/prefix_sum.hpp"

namespace slim::chunked {

/// As in the paper's released code: the forward pass leaves its final R and S, and the pullback
/// recovers the earlier ones by subtraction, R_{l-1} = R_l - V_l ⊗ g(K_l). It drifts, and where a
/// denominator should be 0 it divides by a rounding residue. It is here to show that effect and is
/// not meant for use.
template <class T>
class IterativeSubtracting final : public PrefixSum<T> {
 public:
  using Sizes = typename PrefixSum<T>::Sizes;

  [[nodiscard]] Index kept(const Sizes& sizes) const override {
    return (sizes.width + 1) * sizes.features;
  }
  [[nodiscard]] Index scratch(const Sizes& /*sizes*/) const override { return 0; }

  void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> /*scratch*/) const override {
    Sums sums(head, kept);
    sums.R = head.R;
    sums.S = head.S;
    for (Index l = 0; l < head.rows(); ++l) {
      const auto gQ = head.gQ.row(l);
      for (Index i = 0; i < head.width(); ++i) sums.R.row(i) += head.V(l, i) * head.gK.row(l);
      sums.S += head.gK.row(l).transpose();
      const T denominator = sums.S.dot(gQ) + head.epsilon;
      for (Index i = 0; i < head.width(); ++i) Y(l, i) = sums.R.row(i).dot(gQ) / denominator;
    }
  }

  void pull_back(const HeadSlice<T>& head, HeadCotangents<T> c, std::span<T> kept,
                 std::span<T> /*scratch*/) const override {
    Sums sums(head, kept);
    for (Index l = head.rows() - 1; l >= 0; --l) {
      const auto gQ = head.gQ.row(l);
      const auto gK = head.gK.row(l);
      const T denominator = sums.S.dot(gQ) + head.epsilon;
      c.dY.row(l) /= denominator;
      const T dD = -c.dY.row(l).dot(c.Y.row(l));
      auto dgQ = c.dgQ.row(l);
      auto dgK = c.dgK.row(l);
      dgQ = dD * sums.S.transpose();
      c.dS += dD * gQ.transpose();
      dgK = c.dS.transpose();
      for (Index i = 0; i < head.width(); ++i) {
        dgQ += c.dY(l, i) * sums.R.row(i);
        c.dR.row(i) += c.dY(l, i) * gQ;
        dgK += head.V(l, i) * c.dR.row(i);
        c.dV(l, i) = c.dR.row(i).dot(gK);
        sums.R.row(i) -= head.V(l, i) * gK;
      }
      sums.S -= gK.transpose();
    }
  }

 private:
  struct Sums {
    MatrixView<T> R;
    VectorView<T> S;
    Sums(const HeadSlice<T>& head, std::span<T> kept)
        : R(kept.data(), head.width(), head.features()),
          S(kept.data() + R.size(), head.features()) {}
  };
};

}  // namespace slim::chunked
