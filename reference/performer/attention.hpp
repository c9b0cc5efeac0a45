// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention.hpp"

namespace slim::reference {

/// Kernel attention and its pullback by prefix sums, under the task's conventions. R is kept for
/// every row (causal) or as one total (bidirectional). `slice_length` and `threads` are ignored.
/// Throws ContractError when the task is not valid. Cost: O(B H L d M) time and memory.
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result);

/// The same by kernel_attention(), from the masked matrix of weights. The two functions share only
/// the feature map. Cost: O(B H L² (M + d)).
template <class T>
void attention_by_definition(const AttentionTask<T>& task, AttentionResult<T>& result);

/// g(x) under the task's conventions.
template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result);

}  // namespace slim::reference
