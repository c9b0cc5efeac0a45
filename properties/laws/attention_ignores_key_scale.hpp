#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A factor of all key features cancels, but for epsilon.
///
/// Statement: without a start state, g(k) → 4 g(k) changes Y = A/(D + ε) into 4 A/(4 D + ε), so
/// that |Y' − Y| = 3 ε |Y| / (4 D + ε). Source: Y is homogeneous of degree 0 in the keys' features.
/// Generator: attention_specs with features given. Tolerance: the change Y' − Y of the answers is
/// held against that of the truths, 3 ε Y / (4 D + ε) in 50 digits, within the sum of both outputs'
/// bands. Kills: an output that is not normalised, epsilons of another size or place.
Law attention_ignores_key_scale();

}  // namespace slim::properties::laws
