// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/size_goal.hpp"
#include "properties/own_model/own_case.hpp"

namespace slim::properties::own_model {

/// The sizes of designed cases: lengths around 16, 32, …, 256 up to the declared longest one, in
/// slices that are long, too, so that there are few of them; and the lengths that a user adds.
class OwnSizes {
 public:
  OwnSizes(const foreign::OwnModel& declared, std::span<const Index> extra_lengths);

  [[nodiscard]] int rows() const { return static_cast<int>(rows_.size()); }
  /// A drawn case with the sizes of a row. `turn` selects them within their classes.
  [[nodiscard]] OwnSpec sized(OwnSpec spec, int row, std::uint64_t turn) const;
  /// L, and C and B if the subject takes slices and batches.
  [[nodiscard]] Extents extents_of(const OwnSpec& spec) const;
  /// Every pair of sizes that occurs in a row.
  [[nodiscard]] const SizeGoal& goal() const { return goal_; }

 private:
  struct Row {
    SizeClass length;
    SizeClass slice_length;
    Index batch = 1;
  };

  void add(Row row);
  void make_goal();

  bool sliced_;
  bool batches_;
  Index longest_;
  std::vector<Row> rows_;
  SizeGoal goal_;
};

}  // namespace slim::properties::own_model
