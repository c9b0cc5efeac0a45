#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Attention averages: values that are all 1 give 1, but for epsilon.
///
/// Statement: with v = 1 and a start state R₀ whose rows are S₀, Y = D/(D + ε), D = S·g(Q).
/// Source: the weights of a row add up to 1. Generator: attention_specs, with entries from those
/// that make D about ε to those of 1e3, so that ε's place and size show. Tolerance: the bands of
/// attention_agrees on this case; the gauge of Y is at most 1, so that PASS is 4 √n u. Kills: a
/// denominator that is missing, applied twice, or has another epsilon.
Law attention_averages();

}  // namespace slim::properties::laws
