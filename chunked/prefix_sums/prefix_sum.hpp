#pragma once

#include "chunked/rows/products.hpp"

#include <span>

namespace slim::chunked {

/// One head of one slice, as prefix sums see it. Shapes: gQ, gK [C, M], V [C, d], R [d, M], S [M];
/// R and S are the prefix sums before the slice's first row.
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

/// Cotangents of one head of one slice. Shapes: Y, dY, dV [C, d], dgQ, dgK [C, M], dR [d, M], dS
/// [M].
template <class T>
struct HeadCotangents {
  StridedView<const T> Y;       ///< what forward() gave
  StridedView<T> dY;            ///< in; may be overwritten
  StridedView<T> dgQ, dgK, dV;  ///< out
  MatrixView<T> dR;  ///< in: cotangent of the prefix sums after the last row; out: before the first
  VectorView<T> dS;
};

/// How a slice's prefix sums are made and pulled back: Y_l = R_l g(Q_l) / (S_l·g(Q_l) + ε), with
/// R_l = R + Σ_{l'≤l} V_{l'} g(K_{l'})ᵀ, S_l = S + Σ_{l'≤l} g(K_{l'}). Stateless: one object serves
/// all heads of all slices, from several threads.
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
  /// Entries kept from forward to pullback, for one head of one layer.
  [[nodiscard]] virtual Index kept(const Sizes& sizes) const = 0;
  /// Entries of work space of one call.
  [[nodiscard]] virtual Index scratch(const Sizes& sizes) const = 0;

  virtual void forward(const HeadSlice<T>& head, StridedView<T> Y, std::span<T> kept,
                       std::span<T> scratch) const = 0;
  virtual void pull_back(const HeadSlice<T>& head, HeadCotangents<T> cotangents, std::span<T> kept,
                         std::span<T> scratch) const = 0;

  /// What the slice adds to the prefix sums: RS = [V 1]ᵀ g(K). Shape: RS [d + 1, M]. Every boundary
  /// advances by this one sum, in both sweeps, so that the two sweeps add the same bits.
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
