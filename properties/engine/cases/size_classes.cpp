// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/size_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace slim::properties {
namespace {

constexpr Index unlimited = std::numeric_limits<Index>::max();

/// Adds a class for every size that none of the classes contains.
std::vector<SizeClass> with_extra(std::vector<SizeClass> classes, std::span<const Index> extra) {
  for (const Index size : extra) {
    if (class_of(classes, size) < 0) classes.push_back(exactly(size));
  }
  return classes;
}

}  // namespace

std::string_view name(Extent extent) {
  constexpr std::array<std::string_view, extents_in_all> names = {
      "L", "C", "slices", "B", "H", "D", "M", "D_v", "V", "d_model", "d_ff", "layers"};
  return names.at(static_cast<std::size_t>(extent));
}

std::string name(const SizeClass& of) {
  if (of.highest == unlimited) return fmt::format("{} and more", of.lowest);
  if (of.lowest == of.highest) return fmt::format("{}", of.lowest);
  return fmt::format("{} to {}", of.lowest, of.highest);
}

SizeClass exactly(Index size) {
  return {.lowest = size, .highest = size, .values = {size}};
}

SizeClass around(Index block) {
  return {.lowest = block - 1, .highest = block + 1, .values = {block + 1, block, block - 1}};
}

int class_of(std::span<const SizeClass> classes, Index size) {
  const auto found =
      std::ranges::find_if(classes, [size](const SizeClass& of) { return of.contains(size); });
  return found == classes.end() ? -1 : static_cast<int>(found - classes.begin());
}

std::vector<SizeClass> row_classes(std::span<const Index> extra) {
  return with_extra({exactly(1), exactly(2), exactly(3), around(16), around(32), around(64),
                     around(128), around(256), around(512)},
                    extra);
}

std::vector<SizeClass> column_classes(std::span<const Index> extra) {
  return with_extra({exactly(1), exactly(2), exactly(3), exactly(5), around(8), around(16),
                     around(32), around(64), around(128)},
                    extra);
}

std::vector<SizeClass> slice_length_classes() {
  return {exactly(1),  exactly(2),  exactly(3),
          around(16),  around(32),  around(64),
          around(128), around(256), {.lowest = 258, .highest = unlimited, .values = {400}}};
}

std::vector<SizeClass> slice_count_classes() {
  return {exactly(1),
          exactly(2),
          exactly(3),
          {.lowest = 33, .highest = 256, .values = {}},
          {.lowest = 257, .highest = unlimited, .values = {}}};
}

std::vector<SizeClass> batch_and_head_classes() {
  return {exactly(1), exactly(2), exactly(3), exactly(4), exactly(5), exactly(8)};
}

std::vector<SizeClass> many_head_classes() {
  std::vector<SizeClass> classes = batch_and_head_classes();
  classes.push_back({.lowest = 9, .highest = 16, .values = {12, 16, 9}});
  return classes;
}

std::vector<Index> edges_of(Index block, Index longest) {
  std::vector<Index> edges;
  if (block == 0) return edges;
  for (const Index size : {block - 1, block, block + 1, 2 * block + 1}) {
    if (1 <= size && size <= longest) edges.push_back(size);
  }
  return edges;
}

std::vector<Index> values_from(const SizeClass& of, std::uint64_t turn) {
  std::vector<Index> values = of.values;
  std::rotate(values.begin(), values.begin() + static_cast<Index>(turn % values.size()),
              values.end());
  return values;
}

}  // namespace slim::properties
