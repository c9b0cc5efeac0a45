#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// What is no number stays where it is.
///
/// Statement: with NaN or ∞ in queries, keys and values of one head of one sequence, the arrays of
/// all other heads are as they were; causally, with NaN or ∞ in later rows, the output of earlier
/// rows is as it was. Source: row i of a head reads rows j ≤ i of that head. Generator:
/// attention_specs, causal with a cut. Asked only of those who declare isolates_non_finite: to who
/// multiplies a later row by 0 in place of leaving it out, as a correct product of masked blocks
/// does, NaN · 0 is NaN. The pullback of earlier rows is not asked for: their keys' gradient is a
/// sum over later rows whose weights are none. Tolerance: 0 for who is deterministic, else twice
/// the bands. Kills: masks by multiplication, differences of sums.
Law attention_isolates_non_finite();

}  // namespace slim::properties::laws
