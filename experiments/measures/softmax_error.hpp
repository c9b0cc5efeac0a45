#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"

namespace slim::experiments {

/// A head of the reference, causal, in double: softmax attention, and FAVOR+ attention on the same
/// queries, keys and values with the setting's M features, from the definition (the matrix of
/// weights), so that nothing but the random features is approximate.
/// Queries and keys are normal, of deviation d^(−1/4) · key_scale: |x̃|² is 1 on average at key
/// scale 1. Values are standard normal. All of them and the projections are drawn from the seed,
/// apart from one another. Requires one head and feature map FAVOR+; else ContractError.
SoftmaxError measure_softmax_error(const Setting& setting);

}  // namespace slim::experiments
