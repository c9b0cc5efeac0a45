// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// The baseline of a Performer: the same model with softmax attention instead of kernel attention,
/// computed over the whole sequence at once. The weights P [L, L] of every head are kept for the
/// pullback. Accepts models with their norm on the branch output; the feature map is ignored. Works
/// in float32, 50 digits and counting numbers. Source: Vaswani et al. 2017, equation 1.
/// Memory: s k L² numbers in addition to what the full pass of a Performer keeps.
const Subject& softmax_transformer();

}  // namespace slim::experiments
