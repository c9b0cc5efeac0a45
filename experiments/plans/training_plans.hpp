// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// The trainings of the paper's figure 3, and their controls. For each task and seed, from the same
/// initial parameters: the full pass; slices C₁ and C₂ from the start; the full pass switched to C₁
/// and C₂ halfway. The controls differ from the full pass by rounding only: the full pass with its
/// prefix sums in other orders, and with its gradient computed in float64, from the start and from
/// halfway on. For the first seed's text also fine-tuning from halfway on in processes of limited
/// memory. Two seeds, unless the conditions give another number.
std::vector<Plan> training_plans(const Conditions& conditions);

}  // namespace slim::experiments
