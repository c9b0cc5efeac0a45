#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// The pullback is the gradient of the definition.
///
/// Statement: with Φ = ⟨dY, Y⟩ + ⟨G, end state⟩, the answer is ∂Φ in q, k, v and the start state,
/// through numerator and denominator. Source: SLiM Performer, appendix; the chain rule on the
/// definition. Generator: attention_specs. Tolerance: AttentionEvidence's bands, in which the gauge
/// of dD = −Y·dY/D is |Y|'s gauge times |dY|/D, and n = 3F + 2D_v + 2f + L + M + 16. Kills: a
/// denominator's gradient that is missing, cotangents of the state that are lost between slices.
Law pullback_agrees();

}  // namespace slim::properties::laws
