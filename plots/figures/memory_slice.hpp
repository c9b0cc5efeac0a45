#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Peak memory over C at fixed L: a constant and a part ∝ C, up to the full pass.
Figure memory_slice();

}  // namespace slim::plots
