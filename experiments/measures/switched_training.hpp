#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Six steps of gradient descent, rate 1/2, on windows of the setting's text that follow each
/// other; once all in the full pass, once in slices of C from the fourth step on.
SwitchError measure_switch(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
