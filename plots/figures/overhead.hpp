// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// OVERHEAD: counted multiply-adds over those of the full pass, by the number of slices.
Figure overhead();

}  // namespace slim::plots
