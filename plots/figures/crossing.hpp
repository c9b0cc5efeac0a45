// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// CROSSING: cost of softmax attention and of a Performer over L, and where they cross.
Figure crossing_memory();
Figure crossing_time();

}  // namespace slim::plots
