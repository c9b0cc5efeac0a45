// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/size_goal.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <utility>
#include <vector>

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

/// Which designed cases a law runs besides its drawn ones.
enum class DesignedCases {
  none,
  all,          ///< every row of the task's design
  all_forward,  ///< attention: without the pullback, since forward-only code may be separate
  large,        ///< the large rows, for subjects that may use threads of their own
  everyday,     ///< attention: the everyday shapes
};

/// Built-in subjects use only the threads that a task requests.
inline DesignedCases for_built_in_subjects(DesignedCases cases) {
  return cases == DesignedCases::large || cases == DesignedCases::everyday ? DesignedCases::none
                                                                           : cases;
}

/// At most nine rows, those with the most work first. `by_work`: work and row.
std::vector<int> with_most_work(std::vector<std::pair<Index, int>> by_work);

/// The rows of a design that a law runs.
template <class Design>
std::vector<int> rows_of(const Design& design, DesignedCases cases) {
  if (cases == DesignedCases::large) return design.large_rows();
  std::vector<int> rows(static_cast<std::size_t>(design.rows()));
  if constexpr (requires { design.everyday_rows(); }) {
    if (cases == DesignedCases::everyday) {
      rows.resize(static_cast<std::size_t>(design.everyday_rows()));
    }
  }
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

/// The design of a space of cases, made at its first use and kept.
template <class Design, class Space>
const Design& kept_design(const Space& space) {
  static std::mutex mutex;
  static std::map<Space, std::unique_ptr<const Design>> designs;
  const std::lock_guard lock(mutex);
  std::unique_ptr<const Design>& design = designs[space];
  if (design == nullptr) design = std::make_unique<const Design>(space);
  return *design;
}

}  // namespace slim::properties
