// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Bytes and seconds of softmax attention and of a Performer over L.
std::vector<Plan> crossing_plans(const Conditions& conditions);

}  // namespace slim::experiments
