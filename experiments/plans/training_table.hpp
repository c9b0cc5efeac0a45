// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <span>
#include <string>

namespace slim::experiments {

/// The trainings among the records as a Markdown table. For each task and regime: the metric after
/// the last step; the largest difference of the losses from the full pass relative to what rounding
/// alone causes, over the seeds; bytes; and the time of a step in addition to its gradient.
std::string training_table(std::span<const Record> records);

}  // namespace slim::experiments
