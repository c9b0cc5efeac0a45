// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/protocol/declaration.hpp"
#include "reference/vocabulary/task/attention.hpp"

#include <array>
#include <span>

namespace slim::properties::foreign {

/// By axis: B, H, L, columns.
inline std::array<Index, 4> extents_of(const HeadsSizes& sizes) {
  return {sizes.batch, sizes.heads, sizes.rows, sizes.cols};
}

inline std::array<Index, 4> steps_of(const HeadsStrides& strides) {
  return {strides.batch, strides.heads, strides.rows, strides.cols};
}

/// The rows and heads of an array [B, H, L, ·] that a subject gets: of every sequence these rows,
/// of every group of heads the first one.
struct Part {
  std::vector<std::vector<Index>> rows{};  ///< by sequence; empty: all
  bool packed = false;                     ///< the rows of all sequences are one axis, B is 1
  Index group = 1;

  [[nodiscard]] bool is_whole() const { return rows.empty() && group == 1; }
  [[nodiscard]] HeadsSizes sizes_of(const HeadsSizes& all) const;
  /// For every row of every head that is in the part: visit(b, h, l, its place in the part), where
  /// the place is a batch, a head and a row.
  template <class Visit>
  void visit(const HeadsSizes& all, const Visit& visit) const {
    Index first = 0;
    for (Index b = 0; b < all.batch; ++b) {
      const Index count =
          rows.empty() ? all.rows : static_cast<Index>(rows[static_cast<std::size_t>(b)].size());
      for (Index h = 0; h < all.heads; h += group) {
        for (Index i = 0; i < count; ++i) {
          const Index l =
              rows.empty() ? i : rows[static_cast<std::size_t>(b)][static_cast<std::size_t>(i)];
          visit(b, h, l, packed ? 0 : b, h / group, first + i);
        }
      }
      if (packed) first += count;
    }
  }
  /// Strides of the part that are like those of the whole: the same order of axes, gaps and zeros.
  [[nodiscard]] HeadsStrides strides_like(const HeadsStrides& whole, const HeadsSizes& all) const;
};

template <class T>
Heads<T> part_of(const HeadsView<T>& whole, const Part& part) {
  Heads<T> result(part.sizes_of(whole.sizes), MemoryTag::parameters);
  part.visit(whole.sizes, [&](Index b, Index h, Index l, Index at_b, Index at_h, Index at_l) {
    result(at_b, at_h).row(at_l) = whole(b, h).row(l);
  });
  return result;
}

/// The whole array with the entries of its part, and 0 elsewhere.
template <class T>
void put_part(const Heads<T>& part, const Part& of, const HeadsSizes& all, Heads<T>& whole) {
  whole.resize(all, MemoryTag::result);
  std::ranges::fill(whole.values(), T(0));
  of.visit(all, [&](Index b, Index h, Index l, Index at_b, Index at_h, Index at_l) {
    whole(b, h).row(l) = part(at_b, at_h).row(at_l);
  });
}

/// A task in the form in which the subject declares to take it. Throws BeyondRestrictions if it is
/// not possible in this form, such as a mask for a subject that takes none.
struct FormedTask {
  Part queries, keys, values, output, states;
  Part projection;
  std::vector<std::int64_t> query_starts{};  ///< cu_seqlens [B + 1]; empty unless packed
  std::vector<std::int64_t> key_starts{};    ///< cu_seqlens_k, if it may differ
  std::vector<std::uint8_t> key_mask{};      ///< [B, rows of keys]; empty: none
};
/// The properties of a task of any scalar on which its form depends.
struct TaskShape {
  HeadsSizes sizes;  ///< of v
  bool causal;
  HeadGroups groups;
  std::span<const std::uint8_t> key_mask;
  std::span<const std::uint8_t> query_mask;
};
FormedTask formed(const DeclaredForm& form, const TaskShape& task);

}  // namespace slim::properties::foreign
