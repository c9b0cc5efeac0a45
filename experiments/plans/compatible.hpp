// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// COMPATIBLE: the difference, in 50 digits, that switching from the full pass to slices halfway
/// through a training makes.
std::vector<Plan> compatible_plans(const Conditions& conditions);

}  // namespace slim::experiments
