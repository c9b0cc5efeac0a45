#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// A gradient depends on its arguments alone.
///
/// Statement: asked for A, then for a B with its tokens in reverse, then for A again, a subject
/// gives the same answer to A. Source: a gradient is a function. Generator: gradient_specs.
/// Tolerance: 0 for a deterministic subject, else twice the bound of gradient_agrees. Kills:
/// projections redrawn at each call, states that outlive it, results that are cached.
Law gradient_calls_are_independent();

}  // namespace slim::properties::laws
