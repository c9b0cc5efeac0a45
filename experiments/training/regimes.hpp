#pragma once

#include "experiments/plans/experiment.hpp"

#include <string>
#include <vector>

namespace slim::experiments {

/// The paper's figure 3, and what makes it evidence. For each task and seed, from the same initial
/// parameters: the full pass; slices C₁ and C₂ from the start; the full pass gone over to C₁ and C₂
/// at half. Then controls, which differ from the full pass by rounding alone: the full pass with
/// its prefix sums in other orders, and with its gradient made in float64, from the start and from
/// half. Then, of the first seed's text, fine-tuning from half in processes of little memory.
/// Two seeds, or as many as the conditions say.
std::vector<Plan> training_plans(const Conditions& conditions);

/// What a run is among these.
enum class Regime {
  full,
  sliced,
  switched,           ///< to slices, at half
  reordered,          ///< full pass in another order of summation
  reordered_at_half,  ///< the same from half on
  capped              ///< from half on, in a process of little memory
};
Regime regime_of(const Setting& setting);
/// "full", "C = 128", "full, then C = 128", "full, sums tree", …
std::string regime_name(const Setting& setting);

}  // namespace slim::experiments
