#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A call depends on its arguments alone.
///
/// Statement: task A, then B with other numbers at the same addresses, then A twice more, each
/// answered into what the last left: all answers to A are the same, B's is that of B asked alone.
/// What is written to starts as NaN, so that an entry left alone shows. Source: attention is a
/// function. Generator: attention_specs; B has A's numbers, projection and mask in reverse order,
/// and twice its start state. Tolerance: 0 for a
/// deterministic subject, else twice the bands. Kills: results cached by pointer, states and
/// projections that outlive a call, gradients added to what the buffer held, orders that change.
Law attention_calls_are_independent();

}  // namespace slim::properties::laws
