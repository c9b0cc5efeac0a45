#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Attention in both directions does not know the order of its rows.
///
/// Statement: permute queries (and cotangents) by π, and keys, values and mask by σ. Then output
/// and d.q are permuted by π, d.k and d.v by σ, and the states stay. Source: sums over all keys.
/// Generator: attention_specs, bidirectional; π reverses the rows, σ rotates them by the cut.
/// Tolerance: sums are added up in another order, so each answer may be off by its own bands: twice
/// those of the truth. Kills: a causal mask where none is wanted, totals of a slice alone.
Law attention_permutes();

}  // namespace slim::properties::laws
