// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// All experiments, in the order in which they run.
std::span<const Experiment> catalogue();

/// The experiment of this name, or all for "all". Throws ContractError that lists the allowed
/// names.
std::vector<Experiment> find_experiments(std::string_view name);

}  // namespace slim::experiments
