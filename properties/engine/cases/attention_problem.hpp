// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/attention_design.hpp"

#include <array>
#include <vector>

/// The factors of attention's covering array, and which of their levels may meet.
namespace slim::properties::attention_problem {

/// Factors of the covering array: extents, then options.
enum Factor {
  length,
  slice_length,
  slices,
  batch,
  heads,
  width,
  features,
  value_width,
  extents_end,
  map = extents_end,  ///< and the direction, if there are few maps
  direction,
  mask,
  inputs,
  factors_in_all
};

inline constexpr std::array masks = {KeyMask::none,         KeyMask::scattered, KeyMask::padding,
                                     KeyMask::leading,      KeyMask::ragged,    KeyMask::one_empty,
                                     KeyMask::whole_slices, KeyMask::first_only};

/// Which optional inputs a case has. They are one factor, since kernels may be specialised by them.
struct OptionalInputs {
  bool mask, start, end;
};

/// Feature maps are numbered as the space lists them; given features come last.
bool is_given(const AttentionSpace& space, int of);
/// Map number `of` of a head of width D with M features, or of about M if the map has no such
/// number of features.
FeatureMap map_with(const AttentionSpace& space, int of, Index D, Index M);
int maps_in(const AttentionSpace& space);
/// Whether map and direction are one factor, since kernels may be specialised by both.
bool has_paths(const AttentionSpace& space);
std::vector<OptionalInputs> optional_inputs(const AttentionSpace& space);

/// The sizes to cover, and the problem of covering them together with the options.
SizeGoal goal_in(const AttentionSpace& space);
SliceLevels slice_levels(const SizeGoal& goal);
CoveringProblem problem_in(const AttentionSpace& space);
/// The number of wanted combinations below the cap.
int everyday_rows(const AttentionSpace& space);

}  // namespace slim::properties::attention_problem
