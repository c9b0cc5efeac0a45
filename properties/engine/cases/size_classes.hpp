// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// The sizes of a case.
enum class Extent {
  length,        ///< L, rows of a sequence
  slice_length,  ///< C, rows of a slice
  slices,        ///< ⌈L / C⌉
  batch,         ///< B, sequences
  heads,         ///< H
  width,         ///< D, columns of queries and keys
  features,      ///< M
  value_width,   ///< D_v, columns of values
  vocabulary,    ///< V, tokens of a whole model
  model_width,   ///< d_model
  ffn_width,     ///< d_ff, columns between the two maps of the feed-forward part
  layers,        ///< s
};
inline constexpr int extents_in_all = 12;
/// "L", "C", "slices", "B", "H", "D", "M", "D_v", "V", "d_model", "d_ff", "layers"
std::string_view name(Extent extent);

/// The sizes of one case; 0 for those that the case does not have.
class Extents {
 public:
  Index& operator[](Extent extent) { return values_.at(static_cast<std::size_t>(extent)); }
  Index operator[](Extent extent) const { return values_.at(static_cast<std::size_t>(extent)); }

 private:
  std::array<Index, extents_in_all> values_{};
};

/// Sizes around the edge of a block, such as 63, 64 and 65: one row less than a block of 64,
/// exactly a block, one row more.
struct SizeClass {
  Index lowest = 1;
  Index highest = 1;
  std::vector<Index> values;  ///< to draw from

  [[nodiscard]] bool contains(Index size) const { return lowest <= size && size <= highest; }
  [[nodiscard]] bool operator==(const SizeClass&) const = default;
};
/// "3", "63 to 65", or "257 and more"
std::string name(const SizeClass& of);

SizeClass exactly(Index size);
/// b − 1, b and b + 1.
SizeClass around(Index block);

/// The index of the class that contains a size; −1 if none does.
int class_of(std::span<const SizeClass> classes, Index size);

/// Classes of the sizes of cases. `extra`: more sizes to cover, each as its own class.
std::vector<SizeClass> row_classes(std::span<const Index> extra);
std::vector<SizeClass> column_classes(std::span<const Index> extra);
std::vector<SizeClass> slice_length_classes();
std::vector<SizeClass> slice_count_classes();
std::vector<SizeClass> batch_and_head_classes();
/// The same, and 9 to 16, for attention by itself.
std::vector<SizeClass> many_head_classes();

/// b − 1, b, b + 1 and 2 b + 1 for a block of b rows, without those beyond `longest`; none if b is
/// 0.
std::vector<Index> edges_of(Index block, Index longest);
/// The values of a class, rotated by `turn`.
std::vector<Index> values_from(const SizeClass& of, std::uint64_t turn);

}  // namespace slim::properties
