// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// SERIAL: time of one gradient over C at fixed L, compared with the full pass.
Figure time_slice();

}  // namespace slim::plots
