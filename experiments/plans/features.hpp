// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Error of FAVOR+ relative to softmax attention over M = 16 … 1024 at head width 16, with
/// independent and orthogonal projections. Each seed has its own queries, keys, values and
/// projections. Queries and keys have |x̃|² = 1/4 on average: the estimate of exp(x·y) is
/// lognormal, and for longer ones its tail hides the decrease as M^(−1/2) up to larger M (at |x̃|²
/// = 1 the median error decreased as M^(−0.42) up to M = 1024).
std::vector<Plan> features_plans(const Conditions& conditions);

}  // namespace slim::experiments
