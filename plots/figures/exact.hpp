// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// EXACT, EXTENSION: the error of the gradient in 50 digits over C, by feature map; other
/// architectures; and ReLU features, where a denominator is 0, with recovered and with stored
/// boundaries.
Figure exact();

}  // namespace slim::plots
