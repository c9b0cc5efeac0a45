// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// EXTENSION: gradient errors, in 50 digits relative to the reference, of other architectures of
/// row-wise maps and prefix sums: norms, depths, heads, widths, feature maps.
std::vector<Plan> extension_plans(const Conditions& conditions);

}  // namespace slim::experiments
