#pragma once

#include "experiments/claims/verdict.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// The paper's table 1 in Markdown: in each of the twelve cells what theory says, what the counts
/// follow, and the verdict. Of claims that name a cell.
std::string table1_in_markdown(std::span<const Verdict> verdicts);

}  // namespace slim::experiments
