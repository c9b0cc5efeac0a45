#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// The paper's figure 3: curves of a task by regime; below, how far each is from the full pass,
/// over what rounding alone makes; beside, peak bytes.
Figure figure3_copying();
Figure figure3_text();
/// Fine-tuning in a process in which the full pass finds no memory.
Figure fine_tuning();

}  // namespace slim::plots
