// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/own_sizes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace slim::properties::own_model {
namespace {

constexpr Index longest_designed = 257;

}  // namespace

OwnSizes::OwnSizes(const foreign::OwnModel& declared, std::span<const Index> extra_lengths)
    : sliced_(declared.sliced), batches_(declared.batches), longest_(declared.longest) {
  add({.length = around(16), .slice_length = exactly(3), .batch = 2});
  add({.length = around(16), .slice_length = around(16)});
  add({.length = around(32), .slice_length = around(16), .batch = 3});
  add({.length = around(32), .slice_length = exactly(2)});
  add({.length = around(64), .slice_length = around(32)});
  add({.length = around(64), .slice_length = around(16), .batch = 2});
  add({.length = around(128), .slice_length = around(64)});
  add({.length = around(128), .slice_length = around(32)});
  add({.length = around(256), .slice_length = around(128)});
  add({.length = around(256), .slice_length = around(64)});
  const auto is_covered = [&](const Row& row) { return row.length.contains(longest_); };
  std::vector<Index> lengths(extra_lengths.begin(), extra_lengths.end());
  if (longest_ <= longest_designed && std::ranges::none_of(rows_, is_covered)) {
    lengths.push_back(longest_);
  }
  for (const Index length : lengths) {
    add({.length = exactly(length), .slice_length = exactly((length + 2) / 3)});
  }
  make_goal();
}

/// Adds the row without lengths that the subject does not take; nothing if none is left.
void OwnSizes::add(Row row) {
  std::erase_if(row.length.values, [&](Index length) { return length > longest_; });
  if (row.length.values.empty()) return;
  if (!batches_) row.batch = 1;
  rows_.push_back(std::move(row));
}

OwnSpec OwnSizes::sized(OwnSpec spec, int row, std::uint64_t turn) const {
  const Row& of = rows_.at(static_cast<std::size_t>(row));
  const std::uint64_t from = turn + static_cast<std::uint64_t>(row);
  spec.length = values_from(of.length, from).front();
  spec.slice_length = values_from(of.slice_length, from / 3).front();
  spec.batch = of.batch;
  return spec;
}

Extents OwnSizes::extents_of(const OwnSpec& spec) const {
  Extents extents;
  extents[Extent::length] = spec.length;
  if (sliced_) extents[Extent::slice_length] = spec.slice_length;
  if (batches_) extents[Extent::batch] = spec.batch;
  return extents;
}

void OwnSizes::make_goal() {
  goal_ = {.task = "own_model", .factors = {}, .pairs = {}, .cap = 1.0};
  if (longest_ < longest_designed) {
    goal_.restrictions = fmt::format("L ≤ {}, the longest that it declares", longest_);
  }
  goal_.factors.push_back({.extent = Extent::length, .classes = {}});
  if (sliced_) goal_.factors.push_back({.extent = Extent::slice_length, .classes = {}});
  if (batches_) goal_.factors.push_back({.extent = Extent::batch, .classes = {}});
  std::map<LevelPair, double> pairs;
  for (const Row& row : rows_) {
    std::vector<int> levels;
    for (SizeGoal::Factor& factor : goal_.factors) {
      const SizeClass of = factor.extent == Extent::length         ? row.length
                           : factor.extent == Extent::slice_length ? row.slice_length
                                                                   : exactly(row.batch);
      if (class_of(factor.classes, of.values.front()) < 0) factor.classes.push_back(of);
      levels.push_back(class_of(factor.classes, of.values.front()));
    }
    for (int a = 0; a < static_cast<int>(levels.size()); ++a) {
      for (int b = a + 1; b < static_cast<int>(levels.size()); ++b) {
        pairs[{a, levels[static_cast<std::size_t>(a)], b, levels[static_cast<std::size_t>(b)]}] =
            0.0;
      }
    }
  }
  for (const auto& [pair, cost] : pairs) goal_.pairs.push_back({.pair = pair, .least_cost = cost});
}

}  // namespace slim::properties::own_model
