#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Attention is linear in its values.
///
/// Statement: Y(2 v + w) = 2 Y(v) + Y(w), with R₀ = 0. Source: Y_i = Σ_j W_ij v_j / D_i. It needs
/// no reference. Generator: attention_specs without a start state, v and w multiples of 1/4 up to
/// 4, so that 2 v + w is exact in every scalar. Tolerance: each of the three outputs may be off by
/// its own bands, so their sum, 2 b(v) + b(w) + b(2 v + w). Kills: what treats values as anything
/// but values: a state from elsewhere, a mask or a map on them.
Law attention_is_linear_in_values();

}  // namespace slim::properties::laws
