#pragma once

#include "properties/engine/engine.hpp"

namespace slim::properties {

/// Which sizes a run covered, and which it did not: a paragraph for each task, of all subjects
/// together where they covered the same.
std::vector<std::string> sizes_in_words(const RunPlan& plan, const RunResult& result);

/// How many tensors were compared with the truth and not judged: a line for each subject and scalar
/// that has some.
std::vector<std::string> judged_in_words(const RunResult& result);

/// Both.
std::vector<std::string> coverage_in_words(const RunPlan& plan, const RunResult& result);

}  // namespace slim::properties
