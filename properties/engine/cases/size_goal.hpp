#pragma once

#include "properties/engine/cases/covering_array.hpp"
#include "properties/engine/cases/size_classes.hpp"

#include <set>

namespace slim::properties {

/// What sizes the cases of a task have to cover: every pair of classes of two extents.
struct SizeGoal {
  std::string task;  ///< "attention", "features", "gradient"
  struct Factor {
    Extent extent;
    std::vector<SizeClass> classes;
  };
  std::vector<Factor> factors;
  std::vector<PricedPair> pairs;  ///< of `factors`, impossible ones left out
  double cap = 0.0;               ///< pairs whose smallest case costs more are not tried
};

/// Sizes to cover besides the usual ones.
struct ExtraSizes {
  std::vector<Index> lengths{};      ///< rows, of attention and whole models
  std::vector<Index> head_widths{};  ///< columns of a head: D, M and D_v
};
inline constexpr Index largest_extra_size = 4096;
/// Cases from this length on are large: work is shared by threads, if ever it is.
inline constexpr Index least_large_length = 127;

/// Which pairs of a goal were covered, by cases that a subject executed.
class SizeCoverage {
 public:
  explicit SizeCoverage(const SizeGoal& goal) : goal_(&goal) {}

  void add(const Extents& executed);
  /// A case that was drawn and could not be judged, for a reason that the subject declared.
  void excuse(const Extents& drawn);

  [[nodiscard]] const SizeGoal& goal() const { return *goal_; }
  /// Covered pairs below the cap, and all of these.
  [[nodiscard]] int covered() const;
  [[nodiscard]] int possible() const;
  /// "L 127 to 129 with D 63 to 65": below the cap, and neither covered nor excused.
  [[nodiscard]] std::vector<std::string> missing() const;
  /// Below the cap, drawn, and excused in every case.
  [[nodiscard]] std::vector<std::string> excused() const;
  /// Above the cap, and not covered.
  [[nodiscard]] std::vector<std::string> above_cap() const;
  /// The smallest and largest of each extent of the goal that was executed: "L 1 to 513".
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
