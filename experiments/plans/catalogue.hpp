#pragma once

#include "experiments/plans/experiment.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Every experiment, in the order in which they are run.
std::span<const Experiment> catalogue();

/// The one of this name, or all of them for "all". Throws ContractError that lists what is allowed.
std::vector<Experiment> find_experiments(std::string_view name);

}  // namespace slim::experiments
