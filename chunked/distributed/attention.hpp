// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/distributed/exchange.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/attention.hpp"

namespace slim::chunked::distributed {

/// One rank's work on an attention that P ranks compute together, as gradient.hpp says of a
/// gradient. A part is one slice, whatever C is. Causal attention waits for an exclusive scan of
/// the parts' sums, and with a pullback for one of their cotangents; bidirectional attention for
/// the sums over all ranks of either. Rank 0's `result` becomes the result of the task.
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result,
               Exchange<accumulator_t<T>>& exchange, const PrefixSum<accumulator_t<T>>& prefix_sum);

}  // namespace slim::chunked::distributed
