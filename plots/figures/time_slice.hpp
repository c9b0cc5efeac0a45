#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Time of one gradient over C at fixed L: what slicing costs beside the full pass.
Figure time_slice();

}  // namespace slim::plots
