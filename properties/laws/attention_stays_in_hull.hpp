#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// An output lies between the values that it averages, and 0.
///
/// Statement: without a start state, min(0, min_j v_jc) ≤ Y_ic ≤ max(0, max_j v_jc) over the keys j
/// that row i sees. Source: weights are not negative, and add up to D/(D + ε) ≤ 1. It needs no
/// reference. Generator: attention_specs without a start state. Tolerance: an output may leave the
/// hull by its rounding error, γ_n Ã/D ≤ γ_n max|v|: the bands of attention_agrees. Kills: weights
/// that do not add up to 1, rows that see what they should not.
Law attention_stays_in_hull();

}  // namespace slim::properties::laws
