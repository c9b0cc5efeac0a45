#pragma once

#include "properties/diagnosis/resemblance.hpp"

#include <vector>

namespace slim::properties {

/// How a subject's pullbacks stand to the slopes of a forward pass.
struct SlopeComparison {
  int asked = 0;           ///< answers with a pullback that could be compared
  std::string other_than;  ///< the first array or direction in which it is not that slope
};

enum class Directions {
  one,           ///< all of q, k, v and the start state are moved at once
  one_an_array,  ///< each alone
};

/// Whether the subject's pullbacks are the derivative of `forward`'s forward pass, along drawn
/// directions, by central differences in 50 digits; not, if that in 50 digits is another pass than
/// the subject's, or if a gradient is no number where that of `of_forward`, which `forward`
/// answered to the same, is one. Left out is an answer of which it cannot be told: without a
/// pullback, long, not finite, under a stabiliser, or where the scalar does not bear the numbers.
SlopeComparison compared_with_slope(const Interview& of_subject, const Subject& forward,
                                    const Interview& of_forward, const Yardstick& yardstick,
                                    Directions directions);

}  // namespace slim::properties
