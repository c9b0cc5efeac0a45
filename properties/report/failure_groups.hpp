// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/engine/shrink.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// The diagnosis of one failure as reports show it.
struct Look {
  std::vector<std::string> lines{};  ///< empty if there is none
  std::string names{};               ///< Diagnosis::names()
  std::string condition{};           ///< under which an unnamed fault shows
};
Look look_of(const Diagnosis& diagnosis);

/// Failures that probably have one cause: they have the same subject and the same diagnosis.
struct FailureGroup {
  std::size_t shown = 0;            ///< index of the case that is shown in full
  std::vector<std::size_t> others;  ///< indices of the others, in order
};

/// Groups failures by subject and by the names in their diagnosis. If no known fault matches, by
/// kind of failure and the condition under which the fault shows or, without one, the array;
/// without
/// numbers or a diagnosis, also by the note. One without a condition joins a group with a condition
/// in which the same array failed in the same way. `looks` has the diagnosis of each failure; it
/// is empty if none was made. The group with the largest error relative to its bound comes first,
/// then the others in this order, those that are not finite, and those without an answer. Shown in
/// full is the smallest case of those whose error is of the order of the largest one of the group.
std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<Look>& looks);

/// "fails in the same way under 10 other laws; the smallest case of each:".
std::string headline_of_others(const FailureGroup& group);

/// "error 0.416, bound 7e-41", or the finding's note if there is no number.
std::string in_brief(const Finding& finding);

}  // namespace slim::properties
