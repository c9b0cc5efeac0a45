// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/shrink.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// Failures that probably have one cause: they have the same subject and the same diagnosis.
struct FailureGroup {
  std::size_t shown = 0;            ///< index of the smallest case, which is shown in full
  std::vector<std::size_t> others;  ///< indices of the others, in order
};

/// Groups failures by subject and by the names in their diagnosis: its first line and the lines
/// with further names. If no known fault matches, also by kind of failure and array; if no
/// diagnosis was made, by these and the note. `looks` has the lines of the diagnosis of each
/// failure; it is empty if none was made. Groups are in the order of the failures.
std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<std::vector<std::string>>& looks);

/// "fails in the same way under 10 other laws; the smallest case of each:".
std::string headline_of_others(const FailureGroup& group);

/// "error 0.416, bound 7e-41", or the finding's note if there is no number.
std::string in_brief(const Finding& finding);

}  // namespace slim::properties
