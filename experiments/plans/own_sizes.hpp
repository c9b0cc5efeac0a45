// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Experiments with the sizes of conditions.own, under the names `length` (the first C over every
/// L) and `slice` (the last L over every C), so that their figures show them; each has the full
/// pass of every subject. Requires conditions.own when planned.
std::vector<Experiment> own_experiments();

/// Throws ContractError unless lengths and slices increase and there is a subject.
void require_valid(const OwnSizes& own);

}  // namespace slim::experiments
