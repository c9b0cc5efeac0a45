#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Causal attention of a row does not depend on later rows, nor do their gradients on its
/// cotangent.
///
/// Statement: let m be a cut. Changing q, k and v in rows l ≥ m by factors of 1 (other numbers),
/// 1e2 and 1e8 (of one of the three, where the scalar does not bear all) leaves rows l < m of the
/// output as they were, and if cotangents of rows l ≥ m and of the end state are 0, so are rows l ≥
/// m of d.q, d.k and d.v exactly, and rows l < m stay as they were. Source: causality, Y_l reads
/// rows l' ≤ l alone. Generator: attention_specs, causal, L ≥ 2; small changes hide a stabiliser,
/// so they are made large; in float16, which ends at 65504, up to 10. Tolerance: 0 for a
/// deterministic subject that does not subtract: both calls have one shape, and what the future
/// adds is exactly 0. Others, and those that subtract in a wider scalar or on a grid where the sums
/// spread beyond its digits (there they may refuse, too): the bands of the changed case, whose
/// future is large. Kills: what leaks the future, however little of it.
Law attention_future_does_not_leak();

}  // namespace slim::properties::laws
