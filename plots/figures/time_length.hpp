// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// SERIAL: time of one gradient over L, at fixed C and for the full pass; both are ∝ L.
Figure time_length();

}  // namespace slim::plots
