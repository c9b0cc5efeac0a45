// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/attention_inputs.hpp"

namespace slim::properties {

/// Whether rounding decides on which side of a kink an argument x ω of the feature map lies, so
/// that its slope is unsure: the terms of its sum cancel. `roundoff` is that of one operation.
bool has_unsure_slope(const AttentionInputs<double>& inputs, double roundoff);

/// Whether all features of a row are below 1/100, for map elu+1 computed as (e^x − 1) + 1: each has
/// an error as large as that of 1.
bool has_cancelled_row(const AttentionInputs<double>& inputs);

}  // namespace slim::properties
