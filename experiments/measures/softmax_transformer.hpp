#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// What a Performer is measured against: the same model, with softmax attention in place of kernel
/// attention, in one go over the whole sequence, every head's weights P [L, L] kept for the
/// pullback. Takes models with their norm on the branch output; the feature map means nothing to
/// it. Works in float32, 50 digits and counting numbers. Source: Vaswani et al. 2017, equation 1.
/// Memory: s k L² numbers beside what the full pass of a Performer keeps.
const Subject& softmax_transformer();

}  // namespace slim::experiments
