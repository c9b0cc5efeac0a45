#pragma once

#include "experiments/experiment.hpp"

namespace slim::experiments {

/// Operations and critical path of every boundary with every prefix sum over (L, C).
std::vector<Plan> work_plans(const Conditions& conditions);

}  // namespace slim::experiments
