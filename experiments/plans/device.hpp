// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// DEVICE: the longest sequence whose gradient completes in a process of limited address space.
std::vector<Plan> device_plans(const Conditions& conditions);

}  // namespace slim::experiments
