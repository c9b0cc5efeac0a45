#pragma once

#include "experiments/experiment.hpp"

namespace slim::experiments {

/// Figure 2 of the paper: seconds, bytes and discrepancy to the full pass over C, at configurations
/// I to IV (an eighth of each length and width at scale ci, a quarter at laptop), iterative and
/// explicit prefix sums. What would take more than three quarters of the machine's memory is left
/// out, and said on standard error.
std::vector<Plan> figure2_plans(const Conditions& conditions);

}  // namespace slim::experiments
