#pragma once

#include "properties/engine/cases/attention_spec.hpp"

#include <rapidcheck/Gen.h>

#include <functional>

namespace slim::properties {

/// The nearest spec that a law can use, such as one that is causal. Idempotent.
using AttentionRepair = std::function<AttentionSpec(AttentionSpec)>;

/// Specs with B·H·L·M·D_v ≤ 900 (a single head: what it takes), each repaired: lengths around the
/// slice's edges, every feature map and given features, both directions, all masks and entries,
/// widths and heads of 1 and more, with and without a start state and an end cotangent, a cut at a
/// slice's edge or anywhere. Larger with the size. Of the 20 sizes two are dealt denominators about
/// ε, one L from 31 to 257 and one to 65 without a mask, at widths of 1 and 2 in slices of 15 rows
/// and more, one D or D_v from 7 to 65 at L ≤ 3. Shrinks field by field.
rc::Gen<AttentionSpec> attention_specs(const AttentionRepair& repair);

/// This spec with a drawn seed, repaired; shrinks likewise.
rc::Gen<AttentionSpec> designed_specs(const AttentionSpec& spec, const AttentionRepair& repair);

/// Smaller specs to try instead of this one, boldest first, each repaired.
std::vector<AttentionSpec> smaller_specs(const AttentionSpec& spec, const AttentionRepair& repair);

}  // namespace slim::properties
