#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A gradient depends on its arguments alone.
///
/// Statement: asked for A, then for a B with its tokens in reverse, then for A again, in one case
/// of three on two threads, a subject gives the same answer to A, of odd lengths logits included;
/// so it does by the plain first sweep, if it has the choice; and B's gradient and logits are not
/// A's. Source: a gradient is a function; `threads` and `first_sweep`
/// change no bit of it. Generator: gradient_specs. Tolerance: 0 for a deterministic subject, else
/// twice the bound of gradient_agrees; but the plain sweep adds the losses of rows in another
/// order, n of them that are not negative, so that its loss may be off by 2 n u, and from sums that
/// the lazy one recovers, so that for who subtracts twice the bound of gradient_agrees is added.
/// Kills: projections redrawn at each call, states that outlive it, options that are accepted
/// and do not run.
Law gradient_calls_are_independent();

}  // namespace slim::properties::laws
