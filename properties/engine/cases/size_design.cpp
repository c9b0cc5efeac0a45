// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/cases/size_design.hpp"

#include <algorithm>
#include <limits>

namespace slim::properties {

SizeDesign::SizeDesign(SizeGoal goal, const CoveringProblem& problem)
    : goal_(std::move(goal)),
      rows_(covering_array(problem).rows),
      occurrences_(occurrences(rows_)) {
  const int extents = static_cast<int>(goal_.factors.size());
  goal_.pairs = possible_pairs(problem);
  std::erase_if(goal_.pairs, [extents](const PricedPair& of) { return of.pair.second >= extents; });
}

int SizeDesign::level(int row, int factor) const {
  return rows_.at(static_cast<std::size_t>(row)).at(static_cast<std::size_t>(factor));
}

std::vector<Index> SizeDesign::values(int row, int factor, std::uint64_t turn) const {
  const auto place = static_cast<std::size_t>(factor);
  const std::vector<SizeClass>& classes = goal_.factors.at(place).classes;
  if (classes.empty()) return {1};
  const int seen = occurrences_.at(static_cast<std::size_t>(row))[place];
  return values_from(classes.at(static_cast<std::size_t>(level(row, factor))),
                     static_cast<std::uint64_t>(seen) + turn);
}

SliceLevels::SliceLevels(const std::vector<SizeClass>& lengths,
                         const std::vector<SizeClass>& slice_lengths,
                         const std::vector<SizeClass>& slices)
    : slices_(slices) {
  const auto number = [](std::size_t i) { return static_cast<int>(i); };
  for (std::size_t l = 0; l < lengths.size(); ++l) {
    const Index rows = std::ranges::max(lengths[l].values);
    if (slice_lengths.empty()) together_.push_back({number(l), 0, 0, rows});
    for (std::size_t c = 0; c < slice_lengths.size(); ++c) {
      std::set<int> levels;
      for (const Index L : lengths[l].values) {
        for (const Index C : slice_lengths[c].values) levels.insert(level_of(L, C));
      }
      for (const int n : levels) together_.push_back({number(l), number(c), n, rows});
    }
  }
}

int SliceLevels::level_of(Index length, Index slice_length) const {
  if (slices_.empty()) return 0;
  const int found = class_of(slices_, (length + slice_length - 1) / slice_length);
  return found < 0 ? static_cast<int>(slices_.size()) : found;
}

double SliceLevels::least_length(int length, int slice_length, int slices) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Together& of : together_) {
    const bool fits = is_open_or(length, of.length) && is_open_or(slice_length, of.slice_length) &&
                      is_open_or(slices, of.slices);
    if (fits) least = std::min(least, static_cast<double>(of.rows));
  }
  return least;
}

double largest_size(const SizeClass& of) {
  return static_cast<double>(std::ranges::max(of.values));
}

std::vector<std::vector<bool>> levels_to_cover(const SizeGoal& goal) {
  std::vector<std::vector<bool>> levels;
  for (const SizeGoal::Factor& factor : goal.factors) {
    std::vector<bool>& of = levels.emplace_back(factor.classes.size(), true);
    if (of.empty() || factor.extent == Extent::slices) of.push_back(false);
  }
  return levels;
}

bool is_open_or(int level, int wanted) {
  return level == open_level || level == wanted;
}

std::vector<int> with_most_work(std::vector<std::pair<Index, int>> by_work) {
  constexpr std::size_t most_rows = 9;
  std::ranges::sort(by_work, [](const auto& a, const auto& b) {
    return std::pair(-a.first, a.second) < std::pair(-b.first, b.second);
  });
  by_work.resize(std::min(by_work.size(), most_rows));
  std::vector<int> rows;
  for (const auto& [work, row] : by_work) rows.push_back(row);
  return rows;
}

}  // namespace slim::properties
