// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// MEMORY-C: peak memory over L. At fixed C it is constant, for the full pass proportional to L.
Figure memory_length();

}  // namespace slim::plots
