// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/covering_array.hpp"
#include "properties/engine/cases/restrictions.hpp"
#include "properties/engine/cases/size_classes.hpp"

#include <set>

namespace slim::properties {

/// The sizes that the cases of a task have to cover: every pair of classes of two sizes.
struct SizeGoal {
  std::string task;  ///< "attention", "features", "gradient"
  struct Factor {
    Extent extent;
    std::vector<SizeClass> classes;
  };
  std::vector<Factor> factors;
  std::vector<PricedPair> pairs;  ///< of `factors`, without impossible ones
  double cap = 0.0;               ///< pairs whose smallest case costs more are not tried
  std::string restrictions{};     ///< of the subject, in words; empty if there are none
};

/// Sizes to cover besides the usual ones, and restrictions of all sizes of attention.
struct ExtraSizes {
  std::vector<Index> lengths{};      ///< rows of attention and of whole models
  std::vector<Index> head_widths{};  ///< columns of a head: D, M and D_v
  Restrictions restrictions{};
  bool shares_heads = false;  ///< heads share keys, values or queries
  bool packs = false;         ///< sequences of several lengths, drawn as masks, in one row axis
};
inline constexpr Index largest_extra_size = 4096;
/// Cases from this length on are large: if a subject uses several threads, it does so here.
inline constexpr Index least_large_length = 127;

/// Which pairs of a goal are covered by cases that a subject executed.
class SizeCoverage {
 public:
  explicit SizeCoverage(const SizeGoal& goal) : goal_(&goal) {}

  void add(const Extents& executed);
  /// A case that was drawn and skipped although the subject claims it.
  void excuse(const Extents& drawn);

  [[nodiscard]] const SizeGoal& goal() const { return *goal_; }
  /// The number of covered pairs below the cap.
  [[nodiscard]] int covered() const;
  /// The number of pairs below the cap.
  [[nodiscard]] int possible() const;
  /// Pairs below the cap that are neither covered nor excused: "L 127 to 129 with D 63 to 65".
  [[nodiscard]] std::vector<std::string> missing() const;
  /// Pairs below the cap that were drawn and excused in every case.
  [[nodiscard]] std::vector<std::string> excused() const;
  /// Pairs above the cap that are not covered.
  [[nodiscard]] std::vector<std::string> above_cap() const;
  /// The smallest and largest executed value of each size of the goal: "L 1 to 513".
  [[nodiscard]] std::vector<std::string> ranges() const;

 private:
  [[nodiscard]] std::vector<LevelPair> pairs_of(const Extents& extents) const;

  const SizeGoal* goal_;
  std::set<LevelPair> covered_;
  std::set<LevelPair> excused_;
  Extents least_{};
  Extents largest_{};
};

}  // namespace slim::properties
