#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// dθ in 50 digits by `reference`, which takes on the conventions. Slice length, first sweep and
/// scalar of the setting do not matter.
Parameters<Digits50> true_gradient(const Subject& reference, const Conventions& conventions,
                                   Setting setting, const Sequences& sequences);

/// The best there is where 50 digits take too long: dθ in float64 by `stored`, which subtracts
/// nothing, with C = 256.
Parameters<Digits50> stored_gradient(const Subject& stored, Setting setting,
                                     const Sequences& sequences);

/// max |dθ̂ - dθ| / max |dθ| over all parameters, where `subject` works in the setting's scalar and
/// `truth` is its setting's true gradient. NaN when any entry of either is not finite, or when the
/// subject refuses the task by a ContractError, whose words are kept.
GradientError measure_gradient_error(const Subject& subject, const Parameters<Digits50>& truth,
                                     const Setting& setting, const Sequences& sequences);

}  // namespace slim::experiments
