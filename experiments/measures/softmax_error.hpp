// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"

namespace slim::experiments {

/// Compares one causal head of the reference in double with softmax attention and with FAVOR+
/// attention, on the same queries, keys and values. FAVOR+ uses the setting's M features and is
/// computed from the definition (the matrix of weights), so that only the random features are
/// approximate.
/// Queries and keys are normal with standard deviation d^(−1/4) · key_scale, so that |x̃|² is 1 on
/// average at key scale 1. Values are standard normal. All of them and the projections are drawn
/// independently from the seed. Requires one head and feature map FAVOR+; otherwise throws
/// ContractError.
SoftmaxError measure_softmax_error(const Setting& setting);

}  // namespace slim::experiments
