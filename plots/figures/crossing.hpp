#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Softmax attention against a Performer over L, and where they cross.
Figure crossing_memory();
Figure crossing_time();

}  // namespace slim::plots
