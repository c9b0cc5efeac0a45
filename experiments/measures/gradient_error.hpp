// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// dθ in 50 digits, computed by `reference` with the given conventions. Does not depend on the
/// setting's slice length, first sweep and scalar.
Parameters<Digits50> true_gradient(const Subject& reference, const Conventions& conventions,
                                   Setting setting, const Sequences& sequences);

/// dθ in float64 computed by `stored`, which has no subtractions, with C = 256: the most accurate
/// gradient available where 50 digits take too long.
Parameters<Digits50> stored_gradient(const Subject& stored, Setting setting,
                                     const Sequences& sequences);

/// The largest |dθ̂ - dθ| relative to the largest |dθ| of the same tensor (tensor_error.hpp), where
/// `subject` computes in the setting's scalar and `truth` is the true gradient of the setting. NaN
/// when an entry of either is not finite, or when the subject refuses the task with a
/// ContractError; its message is kept.
GradientError measure_gradient_error(const Subject& subject, const Parameters<Digits50>& truth,
                                     const Setting& setting, const Sequences& sequences);

/// The largest |dθ̂ - dθ| relative to the largest |dθ| of all tensors; NaN as above.
double error_of_largest_entry(const Subject& subject, const Parameters<Digits50>& truth,
                              const Setting& setting, const Sequences& sequences);

}  // namespace slim::experiments
