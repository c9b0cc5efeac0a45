#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A loss that counts targets up to a cut does not depend on later tokens.
///
/// Statement: let only targets l < m count. If two sequences have the same tokens 0 … m, then they
/// have the same loss and the same gradient; so has the prefix that ends with token m. Source:
/// causality, Y_l depends on rows l' ≤ l alone. Generator: gradient_specs with L ≥ 2 and a cut
/// 1 ≤ m < L; later tokens are all redrawn, and cut off.
/// Tolerance: 0 for a deterministic subject that does not subtract, since later rows have
/// cotangents that are exactly 0, and both calls have the same shape (+0 = -0). Twice the bound of
/// gradient_agrees, since each of the two answers may be off by it, for others, for the prefix,
/// which is of another shape, and for the embedding's gradient: it sums the rows of a token, in
/// groups that may depend on where else the token stands. Kills: what leaks the future (a
/// stabiliser over all positions, a mask off by one).
Law future_does_not_matter();

}  // namespace slim::properties::laws
