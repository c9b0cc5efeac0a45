// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/attention_inputs.hpp"

namespace slim {

/// An attention task as a file: tensors `q`, `k`, `v` [B, H, L, ·]; optional `projection` [H, D,
/// M], `key_mask` [B, L], `initial.R` [B, H, D_v, M] and `initial.S` [B, H, M], `cotangent.out`,
/// `cotangent.R`, `cotangent.S`, `query_mask` [B, L] (0: the query is absent); metadata `task`,
/// `feature_map` ("given" for features), `causal`, `pullback`, `chunk`, `conventions`, and
/// `head_groups` ("1,4,4") if heads share queries, keys or values.
CaseFile to_case_file(const AttentionInputs<double>& inputs);

/// Throws ContractError that names a missing, invalid or misshapen tensor or metadata entry.
AttentionInputs<double> to_attention_inputs(const CaseFile& file);

}  // namespace slim
