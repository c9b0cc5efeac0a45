// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/products.hpp"

#include <span>

namespace slim::chunked {

/// One head of one slice, the input of a prefix sum. R and S are the prefix sums before the first
/// row of the slice.
/// Shapes: gQ, gK [C, M], V [C, d], R [d, M], S [M].
template <class T>
struct HeadSlice {
  StridedView<const T> gQ;
  StridedView<const T> gK;
  StridedView<const T> V;
  MatrixView<const T> R;
  VectorView<const T> S;
  T epsilon;  ///< of the denominator

  [[nodiscard]] Index rows() const { return V.rows(); }       ///< C
  [[nodiscard]] Index width() const { return V.cols(); }      ///< d
  [[nodiscard]] Index features() const { return gK.cols(); }  ///< M
};

/// Cotangents of one head of one slice.
/// Shapes: Y, dY, dV [C, d], dgQ, dgK [C, M], dR [d, M], dS [M].
template <class T>
struct HeadCotangents {
  StridedView<const T> Y;       ///< the output of forward()
  StridedView<T> dY;            ///< in; may be overwritten
  StridedView<T> dgQ, dgK, dV;  ///< out
  MatrixView<T> dR;  ///< in: cotangent of the prefix sums after the last row; out: before the first
  VectorView<T> dS;
};

/// Adds to cotangents of one head, which were computed with a cotangent of zero of the sums after
/// the last row, what follows from the true one, dR [d, M] and dS [M]:
///   dg(K) += V dR + 1 dSᵀ, dV += g(K) dRᵀ.
template <class T>
void add_later_rows(const HeadSlice<T>& head, const MatrixView<const T>& dR,
                    const VectorView<const T>& dS, StridedView<T> dgK, StridedView<T> dV) {
  multiply<T>(head.V, dR, dgK, Into::add);
  dgK.rowwise() += dS.transpose();
  multiply<T>(head.gK, dR.transpose(), dV, Into::add);
}

/// Computes the attention of a slice by prefix sums, and its pullback: Y_l = R_l g(Q_l) /
/// (S_l·g(Q_l) + ε), with R_l = R + Σ_{l'≤l} V_{l'} g(K_{l'})ᵀ, S_l = S + Σ_{l'≤l} g(K_{l'}).
/// Stateless: one object serves all heads of all slices, from several threads.
template <class T>
class PrefixSum {
 public:
  PrefixSum() = default;
  PrefixSum(const PrefixSum&) = delete;
  PrefixSum& operator=(const PrefixSum&) = delete;
  virtual ~PrefixSum() = default;

  struct Sizes {
    Index rows, width, features;  ///< C, d, M
  };
  /// Entries stored from forward() for pull_back(), for one head of one layer.
  [[nodiscard]] virtual Index kept(const Sizes& sizes) const = 0;
  /// Entries of work space of one call.
  [[nodiscard]] virtual Index scratch(const Sizes& sizes) const = 0;

  virtual void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
                       std::span<T> scratch) const = 0;
  virtual void pull_back(const HeadSlice<T>& head, HeadCotangents<T> cotangents, std::span<T> kept,
                         std::span<T> scratch) const = 0;

  /// The slice's contribution to the prefix sums: RS = [V 1]ᵀ g(K). Every boundary advances by this
  /// sum in both sweeps, so that both add the same bits.
  /// Shapes: RS [d + 1, M].
  virtual void slice_sum(const HeadSlice<T>& head, MatrixView<T> RS) const {
    const Index d = head.width();
    multiply<T>(head.V.transpose(), head.gK, RS.topRows(d), Into::overwrite);
    if constexpr (is_hardware_float<T>) {
      RS.row(d) = head.gK.colwise().sum();
    } else {
      RS.row(d).setConstant(T(0));
      add_rows<T>(head.gK, RS.row(d));
    }
  }
};

}  // namespace slim::chunked
