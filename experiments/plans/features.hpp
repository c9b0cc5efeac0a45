#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Error of FAVOR+ against softmax attention over M = 16 … 1024 at head width 16, of independent
/// and orthogonal projections, each seed with its own queries, keys, values and projections.
/// Queries and keys are of |x̃|² = 1/4 on average: the estimate of exp(x·y) is lognormal, and with
/// longer ones its tails hide the root of M for longer (at |x̃|² = 1 the median error fell as
/// M^(−0.42) up to M = 1024).
std::vector<Plan> features_plans(const Conditions& conditions);

}  // namespace slim::experiments
