// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Multiply-adds of the plain and of the lazy first sweep relative to the full pass, over the
/// number of slices of 16 rows, at the widths of the paper's configurations.
std::vector<Plan> overhead_plans(const Conditions& conditions);

}  // namespace slim::experiments
