// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// FEATURES: the distance of FAVOR+ from softmax attention, by the number of features.
Figure features();

}  // namespace slim::plots
