// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/model/sequences.hpp"

namespace slim::experiments {

/// Computes the reference's keys of the first layer and sums their features row by row, in float64.
/// Requires a model with its norm on the branch output, so that the keys of the first layer depend
/// on the embedding alone; otherwise throws ContractError.
KeySpread measure_key_spread(const Setting& setting, const Sequences& sequences);

}  // namespace slim::experiments
