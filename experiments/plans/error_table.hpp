// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// A Markdown table of gradient errors with one column for each subject and one row for each text
/// that `row` returns, which may hold several cells separated by " | ". Records for which `row`
/// returns an empty text are left out. Each cell is the largest error of its records, whatever
/// their truth; NaN counts as the largest of all. The cell is "refused" where a subject refused a
/// task, and bold above 1 %.
std::string error_table(const std::string& row_heads, const std::vector<std::string>& subjects,
                        std::span<const Record> records,
                        const std::function<std::string(const Setting&)>& row);

}  // namespace slim::experiments
