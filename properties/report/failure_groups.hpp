#pragma once

#include "properties/engine/shrink.hpp"

#include <string>
#include <vector>

namespace slim::properties {

/// Failures that are likely to be one fault: of one subject, and of one diagnosis.
struct FailureGroup {
  std::size_t shown = 0;            ///< the place of the smallest case, to be told in full
  std::vector<std::size_t> others;  ///< the places of the rest, in their order
};

/// By whom each looks like: the first line, and those that name the rest. Where it looks like
/// nobody that is known, or nothing was compared, by how it failed and in which tensor. `looks` is
/// a list of lines for each failure, or empty: nothing was. In the order of the failures.
std::vector<FailureGroup> failure_groups(const std::vector<Counterexample>& failures,
                                         const std::vector<std::vector<std::string>>& looks);

/// "looks the same under 10 other laws, each in its own smallest case:".
std::string headline_of_others(const FailureGroup& group);

/// "error 0.416, bound 7e-41", or in words where there is no number.
std::string in_brief(const Finding& finding);

}  // namespace slim::properties
