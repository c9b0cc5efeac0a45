#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// FAVOR+'s projections are of the kind that they are said to be.
///
/// Statement: ω is [d, M]. Of every kind, over draws, E ω_m = 0, E ω_m ω_mᵀ = I, and vectors of
/// different blocks are not correlated. Orthogonal kinds: ω_i·ω_j = 0 within a block; √d long if
/// `orthogonal`, else E |ω|⁴ = d (d + 2), as of independent normal vectors. Source: Choromanski et
/// al. 2021, section 2.4; Mezzadri 2007 for signs. Generator: kind, d ≤ 5, M ≤ 3 d, a seed for the
/// block itself; the 2,000 draws of the averages have fixed seeds, so that there are a few dozen
/// outcomes, the same in every run.
/// Tolerance: a mean of 2,000 draws is held to 6 of its standard deviations, which follow from the
/// moments of the kind: of ω_i 1; of ω_i² 2, or 2 (d − 1)/(d + 2) on the sphere; of ω_i ω_j 1, or
/// d/(d + 2); of ω·ω' of two blocks √d; of |ω|⁴ d(d+2)(d+4)(d+6) − d²(d+2)², all as variances but
/// the second to last. An inner product or square within a block: 8 d² units in the last place,
/// from Householder's mirrors. Kills: unit lengths, missing sign corrections, vectors that are not
/// orthogonal, blocks that repeat.
Law projection_is_as_declared();

}  // namespace slim::properties::laws
