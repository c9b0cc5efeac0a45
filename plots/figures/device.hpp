// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// DEVICE: the longest sequence whose gradient completes in a capped process, as bars.
Figure device();

}  // namespace slim::plots
