// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/array_axes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::properties {
namespace {

constexpr std::size_t most_listed = 3;  ///< indices in a list

bool is_run(const std::vector<Index>& indices) {
  return indices.back() - indices.front() + 1 == static_cast<Index>(indices.size());
}

/// "heads after the first", …; empty if the indices are all of the axis or have no simple
/// description.
std::string words_of_rows_by_slice(const std::vector<Index>& rows, Index L, Index C) {
  if (C <= 1 || C >= L) return {};
  const auto are = [&](const auto& selects) {
    std::vector<Index> wanted;
    for (Index l = 0; l < L; ++l) {
      if (selects(l)) wanted.push_back(l);
    }
    return wanted == rows;
  };
  if (L % C != 0 && are([&](Index l) { return l >= L - L % C; })) {
    return "rows of the last, incomplete slice";
  }
  if (are([&](Index l) { return l >= C; })) return "rows after the first slice";
  if (are([&](Index l) { return l < C; })) return "rows of the first slice";
  if (are([&](Index l) { return l % C == 0; })) return "the first row of each slice";
  if (are([&](Index l) { return l % C == 0 && l > 0; })) {
    return "the first row of each slice after the first";
  }
  if (are([&](Index l) { return l % C == C - 1; })) return "the last row of each slice";
  if (are([&](Index l) { return l % C == C - 1 || l == L - 1; })) {
    return "the last row of each slice, also of the incomplete one";
  }
  if (are([&](Index l) { return l % C != 0; })) return "rows of slices except their first one";
  if (are([&](Index l) { return l % C != C - 1; })) return "rows of slices except their last one";
  return {};
}

std::string words_of_indices(const std::vector<Index>& indices, Index length, int axis, Index C) {
  const auto at = static_cast<std::size_t>(axis);
  const auto found = static_cast<Index>(indices.size());
  if (found == length || length < 2) return {};
  if (axis == row_axis) {
    std::string by_slice = words_of_rows_by_slice(indices, length, C);
    if (!by_slice.empty()) return by_slice;
  }
  if (found == 1 && indices.front() == 0) return fmt::format("the first {}", singular.at(at));
  if (found == 1 && indices.front() == length - 1)
    return fmt::format("the last {}", singular.at(at));
  if (is_run(indices) && indices.back() == length - 1) {
    return indices.front() == 1
               ? fmt::format("{} after the first", plural.at(at))
               : fmt::format("{} from {} {} on", plural.at(at), singular.at(at), indices.front());
  }
  if (is_run(indices) && indices.front() == 0) {
    return found == length - 1
               ? fmt::format("{} before the last", plural.at(at))
               : fmt::format("{} before {} {}", plural.at(at), singular.at(at), found);
  }
  if (indices.size() > most_listed) return {};
  std::vector<std::string> items;
  for (const Index i : indices) items.push_back(std::to_string(i));
  return fmt::format("{} {}", found == 1 ? singular.at(at) : plural.at(at), in_a_list(items));
}

std::vector<Index> indices_along(const ComparedArray& array, std::span<const std::size_t> places,
                                 int axis) {
  std::vector<bool> present(static_cast<std::size_t>(length_of(array, axis)));
  for (const std::size_t place : places) {
    present[static_cast<std::size_t>(indices_of(array, place).at(static_cast<std::size_t>(axis)))] =
        true;
  }
  std::vector<Index> indices;
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i]) indices.push_back(static_cast<Index>(i));
  }
  return indices;
}

}  // namespace

std::string where_wrong(const ComparedArray& array, std::span<const std::size_t> places, Index C) {
  std::vector<std::string> parts;
  for (const int axis : {sequence_axis, head_axis, row_axis, column_axis}) {
    const std::vector<Index> indices = indices_along(array, places, axis);
    const Index length = length_of(array, axis);
    if (array.is_state && axis == row_axis) {
      const bool has_keys = indices.back() == length - 1;
      if (has_keys && indices.size() == 1) parts.emplace_back("the sum of keys");
      if (!has_keys) parts.emplace_back("the sums of values");
      continue;
    }
    std::string words = words_of_indices(indices, length, axis, array.is_state ? 0 : C);
    if (!words.empty()) parts.push_back(std::move(words));
  }
  return parts.empty() ? "" : "only in " + in_a_list(parts);
}

}  // namespace slim::properties
