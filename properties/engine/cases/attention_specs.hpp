// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/cases/attention_spec.hpp"

#include <rapidcheck/Gen.h>

#include <functional>

namespace slim::properties {

/// Changes a spec to one that a law can use, such as a causal one. Idempotent.
using AttentionRepair = std::function<AttentionSpec(AttentionSpec)>;

/// Specs with B·H·L·M·D_v ≤ 900 (no limit for a single head), each repaired: lengths near slice
/// edges, every feature map and given features, both directions, all masks and entries, widths and
/// numbers of heads from 1, with and without a start state and an end cotangent, a cut at a slice
/// edge or anywhere. They grow with the size. Of the 20 stratified sizes two have denominators
/// about ε; one has L from 31 to 257, and one L to 65 without a mask, with widths of 1 and 2 and
/// slices of 15 rows or more; one has D or D_v from 7 to 65 at L ≤ 3. Shrinks field by field.
rc::Gen<AttentionSpec> attention_specs(const AttentionRepair& repair);

/// This spec with a drawn seed, repaired. Shrinks likewise.
rc::Gen<AttentionSpec> designed_specs(const AttentionSpec& spec, const AttentionRepair& repair);

/// Simpler specs to try instead of this one, largest reduction first, each repaired. They have two
/// rows and columns rather than one, so that different ones can be told apart.
std::vector<AttentionSpec> smaller_specs(const AttentionSpec& spec, const AttentionRepair& repair);

}  // namespace slim::properties
