#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Heads and sequences have nothing to do with each other.
///
/// Statement: other numbers in the first, or the last, head of all (q, k, v, states, cotangents)
/// leave every other head's answer as it was; and the last head asked alone gives what it gives in
/// company. Source: attention acts within a head. Generator: attention_specs with B·H ≥ 2.
/// Tolerance: 0 for a deterministic subject, since sizes stay; a head alone is another shape, and
/// both answers may be off by the bands. Kills: a state that is not reset between sequences, an
/// index without the batch, a stabiliser or a seed that looks at all.
Law attention_heads_are_independent();

}  // namespace slim::properties::laws
