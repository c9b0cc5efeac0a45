#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Multiply-adds of the plain and of the lazy first sweep against the full pass, at the widths of
/// the paper's configurations, over the number of slices, with slices of 16 rows.
std::vector<Plan> overhead_plans(const Conditions& conditions);

}  // namespace slim::experiments
