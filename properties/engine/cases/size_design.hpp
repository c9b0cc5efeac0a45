// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/size_goal.hpp"

namespace slim::properties {

/// Rows of a covering array, whose levels are sizes of cases. The first factors of the problem are
/// the sizes of the goal, in its order; options follow.
class SizeDesign {
 public:
  SizeDesign(SizeGoal goal, const CoveringProblem& problem);

  [[nodiscard]] const SizeGoal& goal() const { return goal_; }
  [[nodiscard]] int rows() const { return static_cast<int>(rows_.size()); }
  [[nodiscard]] int level(int row, int factor) const;
  /// The sizes of a row's class of a factor, rotated so that every size comes first in some row
  /// with that class. 1 if cases have no such size.
  [[nodiscard]] std::vector<Index> values(int row, int factor, std::uint64_t turn) const;

 private:
  SizeGoal goal_;
  std::vector<Combination> rows_;
  std::vector<std::vector<int>> occurrences_;
};

/// Which classes of lengths, slice lengths and numbers of slices are compatible. A number of slices
/// that is in no class has the level after the last one.
class SliceLevels {
 public:
  /// Without classes of slice lengths, slices are ignored and have level 0.
  SliceLevels(const std::vector<SizeClass>& lengths, const std::vector<SizeClass>& slice_lengths,
              const std::vector<SizeClass>& slices);

  /// The least length that is compatible with these levels, each of which may be open; infinite if
  /// there is none.
  [[nodiscard]] double least_length(int length, int slice_length, int slices) const;
  [[nodiscard]] int level_of(Index length, Index slice_length) const;

 private:
  struct Together {
    int length, slice_length, slices;
    Index rows;
  };
  std::vector<SizeClass> slices_;
  std::vector<Together> together_;
};

/// The largest size that is drawn from a class.
double largest_size(const SizeClass& of);
/// The levels of each size of the goal. Sizes that cases do not have get one level that need not be
/// covered; numbers of slices get one more such level, for those in no class.
std::vector<std::vector<bool>> levels_to_cover(const SizeGoal& goal);
bool is_open_or(int level, int wanted);

}  // namespace slim::properties
