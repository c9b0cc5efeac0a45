#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/setting.hpp"
#include "reference/vocabulary/subject.hpp"

namespace slim::experiments {

/// max |dθ̂ - dθ| / max |dθ| over all parameters: `subject` works in the setting's scalar, and the
/// truth is `reference` in 50 digits with the subject's conventions. NaN when any entry of either
/// is not finite.
GradientError measure_gradient_error(const Subject& subject, const Subject& reference,
                                     const Setting& setting, const Sequences& sequences);

}  // namespace slim::experiments
