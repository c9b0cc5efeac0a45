// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/jobs.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/records/record_log.hpp"

#include <vector>

namespace slim::experiments {

/// Measures the missing samples of a sweep and stores each as it completes: in parallel where
/// possible, then the others one at a time.
void measure_all(const std::vector<Job*>& missing, const Sweep& sweep, RecordLog& log);

}  // namespace slim::experiments
