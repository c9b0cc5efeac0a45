#pragma once

#include "chunked/boundaries/boundary.hpp"
#include "chunked/prefix_sums/prefix_sum.hpp"
#include "reference/vocabulary/task/attention.hpp"

namespace slim::chunked {

/// Kernel attention, and its pullback, in slices of `task.slice_length` rows, one sequence after
/// another.
///
/// Causal: without a pullback one sweep up, which reads each slice's output as it passes; with one,
/// two sweeps as in two_sweeps.hpp, of which the first makes keys and values only. In both
/// directions: a sweep for the totals and one for the output, and with a pullback a third for keys
/// and values; the boundary and the prefix sum only lend their slice's sum.
/// Memory: O(C H (M + d)) and what boundary and prefix sum keep.
/// Throws ContractError when the task is not valid, or asks for conventions other than the paper's
/// (ε in the denominator, of any size; slopes at 0 of any size).
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result,
               Boundary<accumulator_t<T>>& boundary, const PrefixSum<accumulator_t<T>>& prefix_sum);

/// g(x), a slice of rows after another. Throws as attention() does.
template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result);

}  // namespace slim::chunked
