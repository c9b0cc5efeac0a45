#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// On small whole numbers every order of summation is exact.
///
/// Statement: features g(k_0) = 1 and g(k_l) = 2^(l−1), queries 2^j in one feature and 0 in the
/// others, values, states and cotangents whole numbers from −3 to 3, L ≤ 7: then S_l is 2^l in
/// every feature, D_l a power of two, and nothing on the way to output, state or pullback needs
/// more than 24 bits, so that the answer is the truth for ε = 0, which 1 + ε does not tell from it.
/// Source: sums and products of dyadic numbers. Generator: sizes of attention_specs, causal,
/// features given, no mask, start state or end cotangent. Tolerance: 0 in float32 and float64; in
/// 50 digits, where ε shows, the bands; narrow scalars round what they store, and only their end
/// state, which is a float, is compared. Kills: sums in low precision, epsilons that are larger
/// than declared.
Law attention_integers_are_exact();

}  // namespace slim::properties::laws
