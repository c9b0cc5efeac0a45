#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Features are those of the map.
///
/// Statement: g(x) is x², max(x, 0), ELU(x) + 1, |x|, or for FAVOR+ exp(x̃·ω_m − |x̃|²/2) with
/// x̃ = d^(-1/4) x, of queries and of keys. Source: SLiM Performer, section 2; Choromanski et al.
/// 2021, lemma 1. Generator: attention_specs with a map. Tolerance: n u of the gauge, n the
/// roundings of a feature: 3 elementwise, D + 12 for FAVOR+ (a dot product, a square norm, a scale,
/// exp), whose gauge is exp(a) (1 + gauge a); and the smallest subnormal. Kills: a scale that is
/// missing or squared on one side, a norm of the unscaled input, projections shared or redrawn.
Law features_agree();

}  // namespace slim::properties::laws
