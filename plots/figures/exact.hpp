#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// The error of the gradient in 50 digits over C, by feature map; other architectures; and the
/// paper's line of subtraction where a denominator is 0, against stored boundaries.
Figure exact();

}  // namespace slim::plots
