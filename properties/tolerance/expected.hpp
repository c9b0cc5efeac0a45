// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/comparison.hpp"

namespace slim::properties {

/// Stored tensors as a truth to compare `answer` with. Tensors that are not stored are taken from
/// the answer, so that they agree (unless they are not finite).
GradientAnswer truth_from(const ExpectedGradient& expected, const GradientAnswer& answer);

/// 1e-11 of the tensor's largest entry, plus, since some gradients vanish, 1e-13 of the largest
/// gradient entry of any tensor (not for loss and logits). The same in 50 digits, since stored
/// numbers are doubles. Only finite entries count, so every bound is finite; the error at an entry
/// that is not finite is infinite.
GradientBounds expected_bounds(const ExpectedGradient& expected, const Model& model);

}  // namespace slim::properties
