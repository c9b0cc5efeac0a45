// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/resemblance.hpp"

#include <vector>

namespace slim::properties {

/// The result of comparing a subject's pullbacks with directional derivatives of a forward pass.
struct SlopeComparison {
  int asked = 0;           ///< answers with a pullback that could be compared
  std::string other_than;  ///< the first array or direction in which they differ
};

enum class Directions {
  one,           ///< q, k, v and the start state are varied together
  one_an_array,  ///< each is varied alone
};

/// Compares the subject's pullbacks with the derivative of `forward`'s forward pass along random
/// directions, by central differences in 50 digits. They differ if that pass in 50 digits is not
/// the subject's, or if a gradient is not finite where the same gradient of `of_forward`, recorded
/// from `forward` on the same case, is finite. Answers that cannot be decided are left out: those
/// without a pullback, long, not finite, with numbers outside of the scalar's range, or with NaN
/// gradients where a denominator is 0. Under a stabiliser that is treated as a constant, gradients
/// of queries and keys are no slopes: they have to be those of `of_forward`.
SlopeComparison compared_with_slope(const RecordedAnswers& of_subject, const Subject& forward,
                                    const RecordedAnswers& of_forward,
                                    const ErrorScale& error_scale, Directions directions);

}  // namespace slim::properties
