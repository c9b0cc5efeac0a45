// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Six steps of gradient descent with rate 1/2 on consecutive windows of the setting's text: once
/// with the full pass throughout, once in slices of C from the fourth step on.
SwitchError measure_switch(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
