// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Cost over the slice length C, and thus over the number of slices N, at a fixed length L: the
/// paper's algorithm from C = 1 to the full pass, and the variant that stores every boundary.
/// Bytes, process peak and seconds are measured on one model; operations are counted on a narrower
/// one.
std::vector<Plan> slice_plans(const Conditions& conditions);

}  // namespace slim::experiments
