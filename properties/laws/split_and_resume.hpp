#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A sequence can be cut in two and taken up again.
///
/// Statement: for 1 ≤ m < L, let B be the state after the first m rows. Ask for the second part
/// from start B: loss₂, gradient₂ and the cotangent G of B. Ask for the first part with end
/// cotangent G: loss₁, gradient₁. Then loss₁ + loss₂ and gradient₁ + gradient₂ are those of the
/// whole. Source: Φ = loss + ⟨G, B⟩, SLiM Performer, algorithm 1; the chain rule. Generator:
/// gradient_specs with L ≥ 2 and a cut 1 ≤ m < L, at a slice's edge or not; the whole may begin at
/// a position far out, as a segment does, so that positions of a narrow type show. Tolerance: as in
/// gradient_agrees, the sums of both parts held against the truth of the whole. Kills:
/// mutant/last-row-dropped; states without the key sum, cotangents lost between calls, positions in
/// half precision.
Law split_and_resume();

}  // namespace slim::properties::laws
