// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"
#include "reference/vocabulary/scalars/accumulator.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

namespace slim {

/// Extents of an array [B, H, rows, cols], such as queries [B, H, L, D].
struct HeadsSizes {
  Index batch = 0;
  Index heads = 0;
  Index rows = 0;
  Index cols = 0;
  bool operator==(const HeadsSizes&) const = default;

  [[nodiscard]] Index entries() const { return batch * heads * rows * cols; }
};

/// The distance between neighbours along each axis, in entries; 0 repeats one entry along an axis.
struct HeadsStrides {
  Index batch = 0;
  Index heads = 0;
  Index rows = 0;
  Index cols = 0;
  bool operator==(const HeadsStrides&) const = default;
};

/// Strides of an array that is stored row-major without gaps.
inline HeadsStrides contiguous(const HeadsSizes& sizes) {
  return {.batch = sizes.heads * sizes.rows * sizes.cols,
          .heads = sizes.rows * sizes.cols,
          .rows = sizes.cols,
          .cols = 1};
}

/// One head's matrix [rows, cols] in an array of any layout.
template <class T>
using HeadView =
    Eigen::Map<const Matrix<T>, Eigen::Unaligned, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;

/// A read-only view of an array [B, H, rows, cols] with any strides.
template <class T>
struct HeadsView {
  const T* data = nullptr;  ///< entry (0, 0, 0, 0); null: no array
  HeadsSizes sizes{};
  HeadsStrides strides{};

  [[nodiscard]] bool empty() const { return data == nullptr; }
  /// Head h of sequence b. Requires strides that are not negative.
  HeadView<T> operator()(Index b, Index h) const {
    return {data + b * strides.batch + h * strides.heads,
            sizes.rows,
            sizes.cols,
            {strides.rows, strides.cols}};
  }
};

/// An owned array [B, H, rows, cols], row-major without gaps.
template <class T>
class Heads {
 public:
  Heads() = default;
  /// All zero.
  Heads(const HeadsSizes& sizes, MemoryTag tag) : sizes_(sizes), values_(tag, sizes.entries()) {}

  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] const HeadsSizes& sizes() const { return sizes_; }
  /// Keeps the values if the sizes are unchanged, else reallocates with zeros.
  void resize(const HeadsSizes& sizes, MemoryTag tag) {
    if (sizes == sizes_) return;
    *this = Heads();  // release before the new allocation
    *this = Heads(sizes, tag);
  }
  MatrixView<T> operator()(Index b, Index h) { return {at(b, h), sizes_.rows, sizes_.cols}; }
  MatrixView<const T> operator()(Index b, Index h) const {
    return {values_.data() + (b * sizes_.heads + h) * sizes_.rows * sizes_.cols, sizes_.rows,
            sizes_.cols};
  }
  std::span<T> values() { return values_.span(); }
  std::span<const T> values() const { return values_.span(); }
  /// A view of the whole array.
  [[nodiscard]] HeadsView<T> view() const {
    return {.data = values_.data(), .sizes = sizes_, .strides = contiguous(sizes_)};
  }

 private:
  T* at(Index b, Index h) {
    return values_.data() + (b * sizes_.heads + h) * sizes_.rows * sizes_.cols;
  }

  HeadsSizes sizes_{};
  Buffer<T> values_;
};

/// The same numbers in another scalar, rounded to nearest.
template <class To, class From>
Heads<To> converted(const Heads<From>& from, MemoryTag tag) {
  Heads<To> result(from.sizes(), tag);
  std::transform(from.values().begin(), from.values().end(), result.values().begin(),
                 [](const From& x) { return rounded_to<To>(x); });
  return result;
}

/// The same of an array in any layout, without gaps; empty if there is none.
template <class To, class From>
Heads<To> converted(const HeadsView<From>& from, MemoryTag tag) {
  if (from.empty()) return {};
  Heads<To> result(from.sizes, tag);
  for (Index b = 0; b < from.sizes.batch; ++b) {
    for (Index h = 0; h < from.sizes.heads; ++h) {
      result(b, h) = from(b, h).unaryExpr([](const From& x) { return rounded_to<To>(x); });
    }
  }
  return result;
}

}  // namespace slim
