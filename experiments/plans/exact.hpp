// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Is the gradient equal to the reference's, with no approximation? Computed in 50 digits, where
/// rounding is negligible, on the first bytes of the corpus: every feature map, every kind of C (1,
/// a prime, one less and one more than half, not dividing L, L, beyond L), both boundaries, and
/// more seeds at larger scales. At ci fewer C of each kind, and stored boundaries with ReLU
/// features only.
std::vector<Plan> exact_plans(const Conditions& conditions);

}  // namespace slim::experiments
