#pragma once

#include "properties/engine/law.hpp"

namespace slim::properties::laws {

/// Where the truth is a number, so is the answer, and the right one.
///
/// Statement: no entry of output, end state or pullback is NaN or infinite on a case in which
/// nothing that the definition has to form is beyond the scalar's range, or beyond its bound; what
/// is too small may become 0. Source: IEEE 754: a rounded operation on numbers whose result is in
/// range is a number. Generator: attention_specs, the entries far from 1 (1e-20 to 1e20, an array
/// each), opposite (queries of 1e10, keys of 1e-10), steep (rows up to 1e3, so that exponents reach
/// 1e6 under every map) or subnormal. Tolerance: AttentionEvidence::band_at_the_edge, the bands of
/// attention_agrees and what underflow may take, which in float32 and float64 is little beside any
/// answer that is not itself lost; of a subnormal entry at a kink also the slope at 0. In narrow
/// scalars any number where numbers underflow. Nobody is held to a case where a correct program may
/// overflow: AttentionEvidence::overflowing keeps a factor of 1e3 from that, and counts the square
/// of a denominator, which the quotient's rule may divide by. Not exempt is what an order of
/// operations of one's own makes overflow: exp(a) exp(−b) in place of exp(a − b), 0 · exp(x) on the
/// branch that was not taken. Kills: these, also where what is no number is replaced by 0; features
/// that are clipped or flushed; sums that fall below ε and are dropped.
Law attention_stays_finite();

}  // namespace slim::properties::laws
