#pragma once

#include "plots/figures/figure.hpp"

namespace slim::plots {

/// Peak memory over L, sliced at fixed C beside the full pass: flat against ∝ L.
Figure memory_length();

}  // namespace slim::plots
