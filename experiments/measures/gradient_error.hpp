#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/setting.hpp"
#include "reference/vocabulary/subject.hpp"

namespace slim::experiments {

/// dθ in 50 digits by `reference`, which takes on the conventions. Slice length and scalar of the
/// setting do not matter.
Parameters<Digits50> true_gradient(const Subject& reference, const Conventions& conventions,
                                   const Setting& setting, const Sequences& sequences);

/// max |dθ̂ - dθ| / max |dθ| over all parameters, where `subject` works in the setting's scalar and
/// `truth` is its setting's true gradient. NaN when any entry of either is not finite.
GradientError measure_gradient_error(const Subject& subject, const Parameters<Digits50>& truth,
                                     const Setting& setting, const Sequences& sequences);

}  // namespace slim::experiments
