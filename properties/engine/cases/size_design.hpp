#pragma once

#include "properties/engine/cases/size_goal.hpp"

namespace slim::properties {

/// Rows of a covering array, their levels read as sizes of cases. The first factors of the problem
/// are the goal's extents, in its order; options follow.
class SizeDesign {
 public:
  SizeDesign(SizeGoal goal, const CoveringProblem& problem);

  [[nodiscard]] const SizeGoal& goal() const { return goal_; }
  [[nodiscard]] int rows() const { return static_cast<int>(rows_.size()); }
  [[nodiscard]] int level(int row, int factor) const;
  /// The sizes of a row's class of an extent, from the one whose turn it is and round: over the
  /// rows with a class, every size of it comes up. 1 where cases have no such extent.
  [[nodiscard]] std::vector<Index> values(int row, int factor, std::uint64_t turn) const;

 private:
  SizeGoal goal_;
  std::vector<Combination> rows_;
  std::vector<std::vector<int>> occurrences_;
};

/// Which classes of lengths, slice lengths and numbers of slices go together. A number of slices
/// that is in no class has the level after the last.
class SliceLevels {
 public:
  /// Without classes of slice lengths: slices are not looked at, and have level 0.
  SliceLevels(const std::vector<SizeClass>& lengths, const std::vector<SizeClass>& slice_lengths,
              const std::vector<SizeClass>& slices);

  /// The least length of a class that goes with these levels, each of which may be open; infinite
  /// where none does.
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

/// Largest size that is drawn of a class.
double largest_size(const SizeClass& of);
/// Levels to cover of each extent of the goal, a level that only fills rows where cases have no
/// such extent, and for numbers of slices one more for all that are in no class.
std::vector<std::vector<bool>> levels_to_cover(const SizeGoal& goal);
bool is_open_or(int level, int wanted);

}  // namespace slim::properties
