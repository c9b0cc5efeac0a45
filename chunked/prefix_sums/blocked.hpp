// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/prefix_sums/prefix_sum.hpp"

namespace slim::chunked {

/// Prefix sums as matrix products on blocks of 64 rows: within a block the masked product A =
/// tril(g(Q) g(K)ᵀ), across blocks R and S. Nothing is subtracted.
/// Memory: 2C + M (d + 1) + 2·64² numbers per head.
/// Source: the chunk-wise form of linear attention.
template <class T>
class Blocked final : public PrefixSum<T> {
 public:
  using Sizes = typename PrefixSum<T>::Sizes;

  /// The denominators.
  [[nodiscard]] Index kept(const Sizes& sizes) const override { return sizes.rows; }
  [[nodiscard]] Index scratch(const Sizes& sizes) const override {
    const Index b = std::min(sizes.rows, block_rows);
    return (sizes.width + 1) * sizes.features + 2 * b * b + sizes.rows;
  }

  void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
               std::span<T> scratch) const override {
    Walk walk(head, scratch);
    VectorView<T> denominators(kept.data(), head.rows());
    for (Index at = 0; at < head.rows(); at += block_rows) {
      const Block block = block_at(head, at);
      MatrixView<T> A = walk.square(0, block.rows);
      auto y = Y.middleRows(at, block.rows);
      auto denominator = denominators.segment(at, block.rows);
      lower_product(block.gQ, block.gK, A);
      // Y = (A V + g(Q) Rᵀ) / (A 1 + g(Q) S + ε)
      multiply<T>(block.gQ, walk.R.transpose(), y, Into::overwrite);
      multiply<T>(A, block.V, y, Into::add);
      multiply<T>(block.gQ, walk.S, denominator, Into::overwrite);
      denominator += A.rowwise().sum();
      denominator.array() += head.epsilon;
      y.array().colwise() /= denominator.array();
      walk.advance(block);
    }
  }

  void pull_back(const HeadSlice<T>& head, HeadCotangents<T> c, std::span<T> kept,
                 std::span<T> scratch) const override {
    const VectorView<const T> denominators(kept.data(), head.rows());
    Walk walk(head, scratch);
    // Numerator and denominator: dA = dY/D (in place), dD = -(dA·Y).
    VectorView<T> dD = walk.denominator_cotangents(head.rows());
    c.dY.array().colwise() /= denominators.array();
    dD = -(c.dY.cwiseProduct(c.Y)).rowwise().sum();
    for (Index at = 0; at < head.rows(); at += block_rows) {
      pull_back_queries(block_at(head, at), at, c, dD, walk);
    }
    for (Index at = (head.rows() - 1) / block_rows * block_rows; at >= 0; at -= block_rows) {
      pull_back_keys(block_at(head, at), at, c, dD, walk);
    }
  }

 private:
  static constexpr Index block_rows = 64;
  using Rows = Eigen::Block<const StridedView<const T>, Eigen::Dynamic, Eigen::Dynamic, true>;

  struct Block {
    Rows gQ;
    Rows gK;
    Rows V;
    Index rows;
  };
  static Block block_at(const HeadSlice<T>& head, Index at) {
    const Index rows = std::min(block_rows, head.rows() - at);
    return {head.gQ.middleRows(at, rows), head.gK.middleRows(at, rows), head.V.middleRows(at, rows),
            rows};
  }

  /// R and S at the start of a block, and two square matrices of work space.
  struct Walk {
    MatrixView<T> R;
    VectorView<T> S;
    T* squares;
    Index largest;

    Walk(const HeadSlice<T>& head, std::span<T> scratch)
        : R(scratch.data(), head.width(), head.features()),
          S(scratch.data() + R.size(), head.features()),
          squares(scratch.data() + R.size() + S.size()),
          largest(std::min(head.rows(), block_rows)) {
      R = head.R;
      S = head.S;
    }
    MatrixView<T> square(Index which, Index rows) const {
      return {squares + which * largest * largest, rows, rows};
    }
    VectorView<T> denominator_cotangents(Index rows) const {
      return {squares + 2 * largest * largest, rows};
    }
    void advance(const Block& block) {
      multiply<T>(block.V.transpose(), block.gK, R, Into::add);
      S += block.gK.colwise().sum().transpose();
    }
  };

  /// out = tril(A Bᵀ)
  template <class A, class B>
  static void lower_product(const A& a, const B& b, MatrixView<T>& out) {
    multiply<T>(a, b.transpose(), out, Into::overwrite);
    out.template triangularView<Eigen::StrictlyUpper>().setConstant(T(0));
  }
  /// W = tril(dA Vᵀ + dD 1ᵀ), the cotangent of tril(g(Q) g(K)ᵀ).
  template <class Cotangent, class Denominators>
  static void score_cotangents(const Block& block, const Cotangent& dA, const Denominators& dD,
                               MatrixView<T>& W) {
    multiply<T>(dA, block.V.transpose(), W, Into::overwrite);
    W.colwise() += dD;
    W.template triangularView<Eigen::StrictlyUpper>().setConstant(T(0));
  }

  /// Forward over the blocks: dg(Q) = dA R + dD Sᵀ + W g(K).
  static void pull_back_queries(const Block& block, Index at, HeadCotangents<T>& c,
                                const VectorView<T>& dD, Walk& walk) {
    const auto dA = c.dY.middleRows(at, block.rows);
    const auto d = dD.segment(at, block.rows);
    auto dgQ = c.dgQ.middleRows(at, block.rows);
    MatrixView<T> W = walk.square(0, block.rows);
    score_cotangents(block, dA, d, W);
    multiply<T>(dA, walk.R, dgQ, Into::overwrite);
    multiply<T>(d, walk.S.transpose(), dgQ, Into::add);
    multiply<T>(W, block.gK, dgQ, Into::add);
    walk.advance(block);
  }

  /// Backward over the blocks: dg(K) = V dR + 1 dSᵀ + Wᵀ g(Q), dV = g(K) dRᵀ + Aᵀ dA; then dR +=
  /// dAᵀ g(Q), dS += g(Q)ᵀ dD.
  static void pull_back_keys(const Block& block, Index at, HeadCotangents<T>& c,
                             const VectorView<T>& dD, Walk& walk) {
    const auto dA = c.dY.middleRows(at, block.rows);
    const auto d = dD.segment(at, block.rows);
    auto dgK = c.dgK.middleRows(at, block.rows);
    auto dV = c.dV.middleRows(at, block.rows);
    MatrixView<T> W = walk.square(0, block.rows);
    MatrixView<T> A = walk.square(1, block.rows);
    score_cotangents(block, dA, d, W);
    lower_product(block.gQ, block.gK, A);
    multiply<T>(block.V, c.dR, dgK, Into::overwrite);
    dgK.rowwise() += c.dS.transpose();
    multiply<T>(W.transpose(), block.gQ, dgK, Into::add);
    multiply<T>(block.gK, c.dR.transpose(), dV, Into::overwrite);
    multiply<T>(A.transpose(), dA, dV, Into::add);
    multiply<T>(dA.transpose(), block.gQ, c.dR, Into::add);
    multiply<T>(block.gQ.transpose(), d, c.dS, Into::add);
  }
};

}  // namespace slim::chunked
