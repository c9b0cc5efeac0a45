#pragma once

#include "reference/vocabulary/task/attention.hpp"

namespace slim::reference {

/// Kernel attention and its pullback by prefix sums, R of every row kept (causal) or their totals
/// (bidirectional), under the task's conventions; `slice_length` and `threads` are not read.
/// Throws ContractError when the task is not valid. Cost: O(B H L d M) time and memory.
template <class T>
void attention(const AttentionTask<T>& task, AttentionResult<T>& result);

/// The same from its definition, the masked matrix of weights: kernel_attention(). The two share
/// the feature map and nothing else. Cost: O(B H L² (M + d)).
template <class T>
void attention_by_definition(const AttentionTask<T>& task, AttentionResult<T>& result);

/// g(x) under the task's conventions.
template <class T>
void features(const FeaturesTask<T>& task, FeaturesResult<T>& result);

}  // namespace slim::reference
