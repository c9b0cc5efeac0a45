// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Cost over the length L, in powers of 2, at a fixed slice length C: the paper's algorithm at C
/// and at C = L (the full pass), and the variant that stores every boundary. Bytes, process peak
/// and seconds are measured on one model; operations are counted on a narrower model and at shorter
/// lengths.
std::vector<Plan> length_plans(const Conditions& conditions);

}  // namespace slim::experiments
