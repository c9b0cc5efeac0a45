#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// COMPATIBLE: how far a training that goes over to slices at its half strays, in 50 digits.
std::vector<Plan> compatible_plans(const Conditions& conditions);

}  // namespace slim::experiments
