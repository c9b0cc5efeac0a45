#pragma once

#include "experiments/records/record.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// The trainings among the records in Markdown: for each task and regime the metric after the last
/// step and the largest difference of the losses to the full pass as a share of what rounding alone
/// makes, over the seeds; bytes; and what a step takes beside its gradient.
std::string training_table(std::span<const Record> records);

}  // namespace slim::experiments
