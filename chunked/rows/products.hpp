// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/workers.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>

namespace slim::chunked {

/// f(0) + … + f(n-1), added pairwise: depth ⌈log₂ n⌉.
template <class T, class F>
T pairwise_sum(Index begin, Index end, const F& f) {
  if (end - begin == 1) return f(begin);
  const Index middle = begin + (end - begin) / 2;
  return pairwise_sum<T>(begin, middle, f) + pairwise_sum<T>(middle, end, f);
}

/// out += Σ rows of A: in order by Eigen for hardware scalars, else pairwise.
/// Shapes: A [m, n], out [n].
template <class T, class A, class Out>
void add_rows(const A& a, Out&& out) {
  if constexpr (is_hardware_float<T>) {
    out += a.colwise().sum().transpose();
  } else {
    for (Index j = 0; j < a.cols(); ++j) {
      out(j) += pairwise_sum<T>(0, a.rows(), [&](Index l) -> T { return a(l, j); });
    }
  }
}

/// A reference to an entry where possible: Eigen returns entries of constant views by value, which
/// for Digits50 copies every factor of a product.
template <class A>
decltype(auto) entry_of(const A& a, Index row, Index col) {
  if constexpr ((A::Flags & Eigen::DirectAccessBit) != 0) {
    using Entry = const typename A::Scalar&;
    return static_cast<Entry>(a.data()[row * a.rowStride() + col * a.colStride()]);
  } else {
    return a(row, col);
  }
}

/// How a product is written: out = A B or out += A B.
enum class Into { overwrite, add };

/// out (+)= A B, by Eigen for hardware scalars, else entry by entry with pairwise sums.
/// Shapes: A [m, n], B [n, p], out [m, p].
template <class T, class Out, class A, class B>
void multiply(const A& a, const B& b, Out&& out, Into into) {
  if constexpr (is_hardware_float<T>) {
    if (into == Into::add) {
      out.noalias() += a * b;
    } else {
      out.noalias() = a * b;
    }
  } else {
    for (Index i = 0; i < out.rows(); ++i) {
      for (Index j = 0; j < out.cols(); ++j) {
        const T sum = pairwise_sum<T>(
            0, a.cols(), [&](Index l) -> T { return entry_of(a, i, l) * entry_of(b, l, j); });
        if (into == Into::add) {
          out(i, j) += sum;
        } else {
          out(i, j) = sum;
        }
      }
    }
  }
}

/// A product is split along the axis of the weight that the output keeps, into blocks of at most
/// this size. Each block packs its own part of the weight and all rows of the slice. The split
/// depends on sizes alone.
inline constexpr Index block_width = 128;

/// The same for the pullbacks of one row, which are bound by reading the weights and writing their
/// gradient: longer contiguous reads are faster.
inline constexpr Index row_block_width = 256;

inline Index pullback_width(Index rows) {
  return rows == 1 ? row_block_width : block_width;
}

template <class Body>
void for_each_block(Workers& workers, Index size, Index width, const Body& body) {
  workers.run((size + width - 1) / width, [&](Index block) {
    const Index begin = block * width;
    body(begin, std::min(width, size - begin));
  });
}

/// Y = X Wᵀ + b. Shapes: X [C, in], W [out, in], Y [C, out].
template <class T>
void apply(Workers& workers, const LinearMap<const T>& map, const MatrixView<const T>& X,
           MatrixView<T> Y) {
  for_each_block(workers, Y.cols(), block_width, [&](Index begin, Index width) {
    auto block = Y.middleCols(begin, width);
    multiply<T>(X, map.weight.middleRows(begin, width).transpose(), block, Into::overwrite);
    block.rowwise() += map.bias.segment(begin, width).transpose();
  });
}

/// dX (+)= dY W. Shapes: dY [C, out], W [out, in], dX [C, in].
template <class T>
void pull_back_input(Workers& workers, const LinearMap<const T>& map, const MatrixView<const T>& dY,
                     MatrixView<T> dX, Into into) {
  for_each_block(workers, dX.cols(), pullback_width(dY.rows()), [&](Index begin, Index width) {
    multiply<T>(dY, map.weight.middleCols(begin, width), dX.middleCols(begin, width), into);
  });
}

/// W += y xᵀ, row by row: W is read and written once, where a matrix product would pack x again for
/// every block.
/// Shapes: y [out], x [in], W [out, in].
template <class Y, class X, class W>
void add_outer_product(const Y& y, const X& x, W&& weight) {
  for (Index i = 0; i < weight.rows(); ++i) weight.row(i) += y(i) * x;
}

/// dW += dYᵀ X, db += Σ rows of dY. Shapes: dY [C, out], X [C, in].
template <class T>
void pull_back_weights(Workers& workers, const MatrixView<const T>& dY,
                       const MatrixView<const T>& X, LinearMap<T> gradient) {
  for_each_block(workers, dY.cols(), pullback_width(dY.rows()), [&](Index begin, Index width) {
    const auto block = dY.middleCols(begin, width);
    auto weight = gradient.weight.middleRows(begin, width);
    if (is_hardware_float<T> && dY.rows() == 1) {
      add_outer_product(block.row(0), X.row(0), weight);
    } else {
      multiply<T>(block.transpose(), X, weight, Into::add);
    }
    add_rows<T>(block, gradient.bias.segment(begin, width));
  });
}

}  // namespace slim::chunked
