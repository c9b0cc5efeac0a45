#pragma once

#include "properties/tolerance/comparison.hpp"

namespace slim::properties {

/// Stored tensors as a truth to compare `answer` with. What is not stored is taken from the answer,
/// so that it agrees (unless it is not finite).
GradientAnswer truth_from(const ExpectedGradient& expected, const GradientAnswer& answer);

/// 1e-11 of the tensor's largest entry + 1e-13 of the largest gradient entry of any tensor, the
/// second since some gradients vanish (loss and logits: the first alone). Stored numbers are
/// doubles, so it is the same in 50 digits. Of finite entries alone, so that every bound is finite:
/// the error at an entry that is not finite is infinite, and within none.
GradientBounds expected_bounds(const ExpectedGradient& expected, const Model& model);

}  // namespace slim::properties
