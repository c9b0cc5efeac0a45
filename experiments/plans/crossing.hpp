#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// Softmax attention against a Performer over L: bytes and seconds.
std::vector<Plan> crossing_plans(const Conditions& conditions);

}  // namespace slim::experiments
