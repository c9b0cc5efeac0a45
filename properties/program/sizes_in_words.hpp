#pragma once

#include "properties/engine/engine.hpp"

namespace slim::properties {

/// Which sizes a run covered, and which it did not: a paragraph for each task, of all subjects
/// together where they covered the same.
std::vector<std::string> sizes_in_words(const RunPlan& plan, const RunResult& result);

}  // namespace slim::properties
