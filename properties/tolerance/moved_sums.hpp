#pragma once

#include "properties/tolerance/comparison.hpp"

namespace slim::properties {

/// How far loss, gradient and logits move, by row, when the prefix sums of every head are moved by
/// their final gauge |R_L|, |S_L| (absolute values of all that was added): times the roundoff and
/// the number of roundings it is what a program may lose that recovers prefix sums from the final
/// ones by subtraction. 0 for one row a sequence, where nothing is subtracted.
///
/// The largest movement of 32 runs of the reference in float64, over 2^-32: each from start states
/// of 2^-32 of the gauge with signs by chance, its pullback from sums that are moved once more, in
/// every row by themselves, since a program that recovers them there has others than on the way
/// forward. Error: first order in 2^-32 κ, and float64's own roundings, 2^-21 κ; κ as in Insides.
GradientBounds moved_by_final_sums(const GradientCase& c, bool with_logits,
                                   Index first_position = 0);

}  // namespace slim::properties
