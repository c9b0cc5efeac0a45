#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A factor of all key features cancels, but for epsilon.
///
/// Statement: without a start state, g(k) → 4 g(k) changes Y = A/(D + ε) into 4 A/(4 D + ε), so
/// that |Y' − Y| = 3 ε |Y| / (4 D + ε). Source: Y is homogeneous of degree 0 in the keys' features.
/// Generator: attention_specs with features given. Tolerance: both outputs may be off by their
/// bands, and the truths differ by 3 ε |Y| / (4 D + ε), which is computed in 50 digits. Kills: an
/// output that is not normalised, epsilons of another size or place.
Law attention_ignores_key_scale();

}  // namespace slim::properties::laws
