// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/engine.hpp"

#include <nlohmann/json_fwd.hpp>

namespace slim::properties {

/// Which pairs of sizes a run covered, and some of those that it did not cover: one line for each
/// task, shared by all subjects with the same coverage. If the run has too few cases to cover
/// pairs, one line that says so.
std::vector<std::string> sizes_in_words(const RunPlan& plan, const RunResult& result);

/// How many comparisons of a tensor with the truth ended without a judgement, and which share of
/// its entries is not compared: lines for each subject and scalar that has any and broke no law.
std::vector<std::string> judged_in_words(const RunResult& result);

/// sizes_in_words(), then judged_in_words().
std::vector<std::string> coverage_in_words(const RunPlan& plan, const RunResult& result);

/// The number of comparisons of every tensor for JSON, of subjects and scalars that broke no law:
/// an array of {subject, scalar, tensor, compared, judged, entries, entries_not_compared}.
nlohmann::ordered_json judged_json(const RunResult& result);

}  // namespace slim::properties
