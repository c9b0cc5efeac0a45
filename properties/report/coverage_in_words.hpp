// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slim::properties {

/// Which pairs of sizes a run covered and which it did not: one paragraph per task, shared by all
/// subjects with the same coverage.
std::vector<std::string> sizes_in_words(const RunPlan& plan, const RunResult& result);

/// How many tensors were compared with the truth but not judged: one line for each subject and
/// scalar with any.
std::vector<std::string> judged_in_words(const RunResult& result);

/// sizes_in_words(), then judged_in_words().
std::vector<std::string> coverage_in_words(const RunPlan& plan, const RunResult& result);

/// The same counts for JSON: an array of {subject, scalar, tensor, compared, judged}.
nlohmann::ordered_json judged_json(const RunResult& result);

}  // namespace slim::properties
