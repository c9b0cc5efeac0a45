// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/error_pattern.hpp"

#include <array>

/// The axes of an array in the order of its memory, and how its wrong entries are described.
namespace slim::properties {

enum AxisOf { sequence_axis, head_axis, row_axis, column_axis };
inline constexpr std::array<const char*, 4> singular = {"sequence", "head", "row", "column"};
inline constexpr std::array<const char*, 4> plural = {"sequences", "heads", "rows", "columns"};

using Place4 = std::array<Index, 4>;

inline Index length_of(const ComparedArray& array, int axis) {
  const HeadsSizes& n = array.sizes;
  return std::array<Index, 4>{n.batch, n.heads, n.rows, n.cols}.at(static_cast<std::size_t>(axis));
}

inline Place4 indices_of(const ComparedArray& array, std::size_t place) {
  const HeadsSizes& n = array.sizes;
  const auto at = static_cast<Index>(place);
  return {at / (n.cols * n.rows * n.heads), at / (n.cols * n.rows) % n.heads, at / n.cols % n.rows,
          at % n.cols};
}

inline std::size_t place_of_indices(const ComparedArray& array, const Place4& at) {
  const HeadsSizes& n = array.sizes;
  return static_cast<std::size_t>(((at[0] * n.heads + at[1]) * n.rows + at[2]) * n.cols + at[3]);
}

inline std::size_t moved_along(const ComparedArray& array, std::size_t place, int axis, Index to) {
  Place4 at = indices_of(array, place);
  at.at(static_cast<std::size_t>(axis)) = to;
  return place_of_indices(array, at);
}

/// "a, b and c".
std::string in_a_list(const std::vector<std::string>& items);

/// "only in heads after the first and in row 0"; empty if everywhere. `C`: rows of a slice, or 0.
std::string where_wrong(const ComparedArray& array, std::span<const std::size_t> places, Index C);

/// How the entries at these places, which are wrong, follow from the right ones.
std::vector<PatternFact> how_wrong(const ComparedArray& array, std::span<const std::size_t> places,
                                   std::span<const NamedNumber> numbers);

}  // namespace slim::properties
