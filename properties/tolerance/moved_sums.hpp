// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/comparison.hpp"

namespace slim::properties {

/// How far loss, gradient and logits move, by row, when the prefix sums of every head are moved by
/// their final gauge |R_L|, |S_L| (sums of absolute values). Times the unit roundoff and the number
/// of roundings, this is what a program can lose that recovers prefix sums from the final ones by
/// subtraction. 0 for sequences of one row, where nothing is subtracted.
///
/// Computed as the largest movement of 32 runs of the reference in float64, divided by 2^-32. Each
/// run starts from states of 2^-32 of the gauge with random signs. Its pullback uses sums that are
/// moved once more, separately in every row, since a program that recovers sums there has others
/// than in the forward pass. Error: first order in 2^-32 κ, and float64's own roundings, 2^-21 κ;
/// κ as in Insides.
GradientBounds moved_by_final_sums(const GradientCase& c, bool with_logits,
                                   Index first_position = 0);

}  // namespace slim::properties
