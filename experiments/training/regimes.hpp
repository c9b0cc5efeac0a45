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

/// The kind of a run.
enum class Regime {
  full,
  sliced,
  switched,           ///< switched to slices halfway
  reordered,          ///< full pass in another order of summation
  reordered_at_half,  ///< the same from halfway on
  capped              ///< from halfway on, in a process of limited memory
};
Regime regime_of(const Setting& setting);
/// "full", "C = 128", "full, then C = 128", "full, sums tree", …
std::string regime_name(const Setting& setting);

}  // namespace slim::experiments
