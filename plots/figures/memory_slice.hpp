// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// MEMORY-C, MEMORY-1: peak memory over C at fixed L, a constant plus a part ∝ C.
Figure memory_slice();

}  // namespace slim::plots
