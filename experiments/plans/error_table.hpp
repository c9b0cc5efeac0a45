#pragma once

#include "experiments/records/record.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// A Markdown table of gradient errors: a column a subject, a row for each text that `row` gives,
/// which may hold several cells apart by " | "; records for which it gives nothing are left out.
/// Each cell is the largest error of its records, whatever their truth: NaN is the largest of all;
/// "refused" where a subject refused any; bold above 1 %.
std::string error_table(const std::string& row_heads, const std::vector<std::string>& subjects,
                        std::span<const Record> records,
                        const std::function<std::string(const Setting&)>& row);

}  // namespace slim::experiments
