// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/verdict.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// Table 1 in Markdown, from the claims that name a cell. Each of the twelve cells has the growth
/// in theory and whether it is stated in the paper's abstract or derived, the law that the counts
/// follow, and the verdict.
std::string table1_in_markdown(std::span<const Verdict> verdicts);

}  // namespace slim::experiments
