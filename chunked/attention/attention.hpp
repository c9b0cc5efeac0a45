// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/attention.hpp"

namespace slim::chunked {

/// Kernel attention and its pullback in slices of `task.slice_length` rows, one sequence after
/// another.
///
/// Causal attention takes one forward sweep that also computes the output; with a pullback it takes
/// two sweeps as in two_sweeps.hpp, and the first one computes keys and values only. Bidirectional
/// attention takes one sweep for the totals and one for the output, and with a pullback a third one
/// for keys and values; of the boundary and the prefix sum it uses slice_sum() alone.
/// Memory: O(C H (M + d)), and what the boundary and the prefix sum store.
/// Throws ContractError when the task is not valid or has conventions other than the paper's. ε in
/// the denominator and the slopes at 0 may have any value.
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result,
               Boundary<accumulator_t<T>>& boundary, const PrefixSum<accumulator_t<T>>& prefix_sum);

/// g(x) of every head.
/// Throws ContractError as attention() does.
template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result);

}  // namespace slim::chunked
