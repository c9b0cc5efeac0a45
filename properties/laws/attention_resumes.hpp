#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Attention can be cut in two and taken up again, forward and back.
///
/// Statement: rows 0 … m−1 from the start state give a state B; rows m … L−1 from B give the rest
/// of the output and the end state. Backwards: B's gradient from the second part, given to the
/// first as the cotangent of its end, gives the first part of d.q, d.k, d.v and the start state's
/// gradient. Source: prefix sums are sums; SLiM Performer, algorithm 1. Generator: attention_specs,
/// causal, cut at a slice's edge or anywhere. Tolerance: the bands of the whole case, since B is
/// handed over in the scalar that it was computed in, and no path has more roundings. Kills: states
/// without the key sum, gradients that are lost or rounded on the way.
Law attention_resumes();

}  // namespace slim::properties::laws
