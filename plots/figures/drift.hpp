// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// PRECISION: the rounding error of the gradient, by boundary, feature map and precision.
Figure drift_boundary();
/// Over C, with ReLU features in float32.
Figure drift_slice();
/// Over L, with ReLU features in float32.
Figure drift_length();

}  // namespace slim::plots
