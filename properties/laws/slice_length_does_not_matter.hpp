#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Loss and gradient do not depend on the slice length.
///
/// Statement: the answers for C, for one slice (C = L) and for slices of 1 are the same. Source:
/// SLiM Performer, abstract: the gradient is exact for every C. It needs no reference but for its
/// bound. Generator: gradient_specs. Tolerance: twice the bound of gradient_agrees, since each of
/// two answers may be off by it. Kills: what goes wrong at the edge of a slice.
Law slice_length_does_not_matter();

}  // namespace slim::properties::laws
