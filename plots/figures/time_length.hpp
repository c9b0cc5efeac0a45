#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Time of one gradient over L, sliced at fixed C beside the full pass: both ∝ L.
Figure time_length();

}  // namespace slim::plots
