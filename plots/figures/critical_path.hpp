// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// PARALLEL: the counted critical path over C, by prefix sum.
Figure critical_path();

}  // namespace slim::plots
