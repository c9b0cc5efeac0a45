// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// TRAINING: the paper's figure 3. Top: training curves of a task by regime. Bottom: loss
/// difference to the full pass, and the band that rounding alone produces. Right: peak bytes.
Figure figure3_copying();
Figure figure3_text();
/// COMPATIBLE, DEVICE: fine-tuning in a process that has too little memory for the full pass.
Figure fine_tuning();

}  // namespace slim::plots
