#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A call depends on its arguments alone.
///
/// Statement: task A, then B with other numbers at the same addresses, then A twice more, each
/// answered into what the last left: all answers to A are the same, B's is that of B asked alone,
/// and its own: no array of it is A's to the bit where the truth of the two is further apart than
/// both bands, and than a sixteenth of the largest entry.
/// What is written to starts as NaN, so that an entry left alone shows. Source: attention is a
/// function. Generator: attention_specs; by turns B has A's numbers, projection and mask in reverse
/// order and another start state, or differs in the mask, the projection, the start state or one
/// cotangent alone. Tolerance: 0 for a deterministic subject, else twice the bands. Kills: results
/// cached by pointer or by some of the arguments, states and projections that outlive a call,
/// gradients added to what the buffer held, orders that change.
Law attention_calls_are_independent();

}  // namespace slim::properties::laws
