// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/rows/blas.hpp"
#include "chunked/rows/workers.hpp"
#include "reference/vocabulary/model/parameters.hpp"
#include "reference/vocabulary/scalars/scalar.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

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

/// out (+)= A B, by a BLAS library or Eigen for hardware scalars, else entry by entry with pairwise
/// sums. The library computes large products of matrices, except those of few rows by an A that is
/// stored row by row, where Eigen is faster: this depends on sizes alone.
/// Shapes: A [m, n], B [n, p], out [m, p].
template <class T, class Out, class A, class B>
void multiply(const A& a, const B& b, Out&& out, Into into) {
  using Product = std::remove_cvref_t<Out>;
  if constexpr (is_hardware_float<T>) {
    if constexpr (has_blas && !Product::IsVectorAtCompileTime && !A::IsVectorAtCompileTime &&
                  !B::IsVectorAtCompileTime) {
      static_assert(Product::IsRowMajor);
      if ((out.rows() >= blas_rows || !A::IsRowMajor) && out.size() * a.cols() >= blas_volume) {
        compute(BlasProduct<T>{.m = out.rows(),
                               .n = a.cols(),
                               .p = out.cols(),
                               .a = {a.data(), a.outerStride(), !A::IsRowMajor},
                               .b = {b.data(), b.outerStride(), !B::IsRowMajor},
                               .beta = into == Into::add ? T(1) : T(0),
                               .c = out.data(),
                               .c_stride = out.outerStride()});
        return;
      }
    }
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

/// A product is split along the axis of the weight that the output keeps, into blocks of this size,
/// given the size of that axis in all products of one round. Each block packs its own part of the
/// weight and all rows of the slice, so that wider blocks are faster while every thread has one.
/// The split depends on sizes alone.
inline Index block_width(Index size) {
  return size >= 1024 ? 256 : 128;
}

/// The same for the pullbacks of one row, which are bound by reading the weights and writing their
/// gradient: longer contiguous reads are faster.
inline constexpr Index row_block_width = 256;

inline Index pullback_width(Index rows, Index size) {
  return rows == 1 ? row_block_width : block_width(size);
}

/// body(begin, width, i) for the blocks of `size` entries of each of `count` arrays.
template <class Body>
void for_each_block(Workers& workers, Index size, Index width, Index count, const Body& body) {
  const Index blocks = (size + width - 1) / width;
  workers.run(blocks * count, [&](Index task) {
    const Index begin = task % blocks * width;
    body(begin, std::min(width, size - begin), static_cast<std::size_t>(task / blocks));
  });
}

template <class Body>
void for_each_block(Workers& workers, Index size, Index width, const Body& body) {
  for_each_block(workers, size, width, 1,
                 [&](Index begin, Index count, std::size_t) { body(begin, count); });
}

/// Linear maps of one input and of equal sizes: queries, keys and values. Two of them are computed
/// with the same bits as three.
template <class T, class Output>
using Maps = std::span<const std::pair<LinearMap<T>, MatrixView<Output>>>;
inline Index width_in(std::size_t maps, Index size) {
  return block_width(maps == 1 ? size : 2 * size);
}

/// Y = X Wᵀ + b for each map. Shapes: X [C, in], W [out, in], Y [C, out].
template <class T>
void apply(Workers& workers, const MatrixView<const T>& X, Maps<const T, T> maps) {
  const Index out = maps[0].second.cols();
  for_each_block(workers, out, width_in(maps.size(), out), std::ssize(maps),
                 [&](Index begin, Index width, std::size_t i) {
                   const LinearMap<const T>& map = maps[i].first;
                   MatrixView<T> Y = maps[i].second;
                   auto block = Y.middleCols(begin, width);
                   block.rowwise() = map.bias.segment(begin, width).transpose();
                   multiply<T>(X, map.weight.middleRows(begin, width).transpose(), block,
                               Into::add);
                 });
}

template <class T>
void apply(Workers& workers, const LinearMap<const T>& map, const MatrixView<const T>& X,
           MatrixView<T> Y) {
  apply<T>(workers, X, std::array{std::pair{map, Y}});
}

/// dX (+)= Σ dY W over the maps. Shapes: dY [C, out], W [out, in], dX [C, in].
template <class T>
void pull_back_input(Workers& workers, Maps<const T, const T> maps, MatrixView<T> dX, Into into) {
  const Index width = pullback_width(dX.rows(), dX.cols());
  for_each_block(workers, dX.cols(), width, [&](Index begin, Index count) {
    for (const auto& [map, dY] : maps) {
      multiply<T>(dY, map.weight.middleCols(begin, count), dX.middleCols(begin, count),
                  &dY == &maps.front().second ? into : Into::add);
    }
  });
}

template <class T>
void pull_back_input(Workers& workers, const LinearMap<const T>& map, const MatrixView<const T>& dY,
                     MatrixView<T> dX, Into into) {
  pull_back_input<T>(workers, std::array{std::pair{map, dY}}, dX, into);
}

/// W += y xᵀ, row by row: W is read and written once, where a matrix product would pack x again for
/// every block.
/// Shapes: y [out], x [in], W [out, in].
template <class Y, class X, class W>
void add_outer_product(const Y& y, const X& x, W&& weight) {
  for (Index i = 0; i < weight.rows(); ++i) weight.row(i) += y(i) * x;
}

/// dW += dYᵀ X, db += Σ rows of dY for each map. Shapes: dY [C, out], X [C, in].
template <class T>
void pull_back_weights(Workers& workers, Maps<T, const T> gradients, const MatrixView<const T>& X) {
  const Index out = gradients[0].second.cols();
  const Index widest = X.rows() == 1 ? row_block_width : width_in(gradients.size(), out);
  for_each_block(workers, out, widest, std::ssize(gradients),
                 [&](Index begin, Index width, std::size_t i) {
                   LinearMap<T> gradient = gradients[i].first;
                   const auto block = gradients[i].second.middleCols(begin, width);
                   auto weight = gradient.weight.middleRows(begin, width);
                   if (is_hardware_float<T> && X.rows() == 1) {
                     add_outer_product(block.row(0), X.row(0), weight);
                   } else {
                     multiply<T>(block.transpose(), X, weight, Into::add);
                   }
                   add_rows<T>(block, gradient.bias.segment(begin, width));
                 });
}

template <class T>
void pull_back_weights(Workers& workers, const MatrixView<const T>& dY,
                       const MatrixView<const T>& X, const LinearMap<T>& gradient) {
  pull_back_weights<T>(workers, std::array{std::pair{gradient, dY}}, X);
}

}  // namespace slim::chunked
