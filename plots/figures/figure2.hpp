// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// The paper's figure 2, its three panels: over C at configurations I to IV, iterative and explicit
/// prefix sums, with the full pass as a cross.
Figure figure2_time();
Figure figure2_memory();
Figure figure2_discrepancy();

}  // namespace slim::plots
