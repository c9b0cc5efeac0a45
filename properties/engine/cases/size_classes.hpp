#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slim::properties {

/// What a case has so many of: the sizes at which implementations go wrong.
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

/// The extents of one case; 0 where a case has none of the kind.
class Extents {
 public:
  Index& operator[](Extent extent) { return values_.at(static_cast<std::size_t>(extent)); }
  Index operator[](Extent extent) const { return values_.at(static_cast<std::size_t>(extent)); }

 private:
  std::array<Index, extents_in_all> values_{};
};

/// Sizes that are alike to loops over blocks, such as 63, 64 and 65: the last row of a block of 64
/// is missing, there, or the first of the next.
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

/// The class of these to which a size belongs, −1 where it belongs to none.
int class_of(std::span<const SizeClass> classes, Index size);

/// Classes of the sizes of cases. `extra`: other sizes to cover, each a class of its own.
std::vector<SizeClass> row_classes(std::span<const Index> extra);
std::vector<SizeClass> column_classes(std::span<const Index> extra);
std::vector<SizeClass> slice_length_classes();
std::vector<SizeClass> slice_count_classes();
std::vector<SizeClass> batch_and_head_classes();

/// A size of a block gives its edges, one less, as many, one more, and one more than two blocks;
/// none where the block is 0, or beyond `longest`.
std::vector<Index> edges_of(Index block, Index longest);
/// The values of a class, from one on and round.
std::vector<Index> values_from(const SizeClass& of, std::uint64_t turn);

}  // namespace slim::properties
