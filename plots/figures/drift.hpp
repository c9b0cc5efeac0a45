#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// PRECISION: how far rounding carries the gradient, by boundary, feature map and precision.
Figure drift_boundary();
/// By C, with ReLU features in float32.
Figure drift_slice();
/// By L, likewise.
Figure drift_length();

}  // namespace slim::plots
