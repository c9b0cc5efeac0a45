#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Loss and gradient are the definition's, whatever the slice length.
///
/// Statement: for every model, sequences, mask and C ≥ 1: loss = loss* and ∂loss/∂θ = (∂loss/∂θ)*,
/// row by row, where * is the naive reference over the whole sequence in 50 digits; and in cases of
/// an odd length logits = logits*, of who gives them. The gradient is judged also where the loss
/// agrees: a drifted state gives a right loss and a wrong gradient. Source: SLiM Performer,
/// abstract: "exact, without any approximation, for every slice length". Generator: gradient_specs.
/// Tolerance: 50 digits, 1e-40 of the largest gradient entry; hardware numbers, 4 times the
/// deviation of the ensemble of randomly rounded references in the row, with a floor under it (see
/// ensemble.hpp). Kills: mutant/last-row-dropped.
Law gradient_agrees();

}  // namespace slim::properties::laws
