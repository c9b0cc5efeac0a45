// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Counts for the cells of the paper's table 1: operations, critical path and bytes over L, for
/// softmax attention and for a Performer at fixed C, at C = 1 and in the full pass; and over C.
/// Exact, and the same at every scale.
std::vector<Plan> table1_plans(const Conditions& conditions);

}  // namespace slim::experiments
