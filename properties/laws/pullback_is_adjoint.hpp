#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// The pullback is the adjoint of the subject's own slope.
///
/// Statement: ⟨dY, J dx⟩ + ⟨G, J dx⟩ = ⟨d.q, dq⟩ + ⟨d.k, dk⟩ + ⟨d.v, dv⟩ + ⟨d.initial, dRS⟩ for a
/// direction dx = (dq, dk, dv, dRS), J dx the slope of output and end state along it. It needs no
/// reference: the slope is the subject's, in 50 digits, by a central difference of step h = 1e-14,
/// off by h² times the third derivative, here below 1e-20 of the gauge. Source: the definition of a
/// gradient. Generator: attention_specs with smooth maps, entries that keep denominators from 0, no
/// key without weight. Tolerance: Σ |dx| b over the pullback's entries, b their bands, and 1e-20 of
/// Σ |dx| times the answer. Kills: every gradient that is not that of the subject's own output.
Law pullback_is_adjoint();

}  // namespace slim::properties::laws
