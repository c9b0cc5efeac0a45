// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// "float64/…": a subject whose float32 gradient is computed in float64 and rounded once at the
/// end. This is the limit of all orders of summation: its difference from a float32 gradient is the
/// latter's own rounding, in every sum. Neither resumable nor memory-efficient.
Subject in_wider_scalar(const Subject& subject);

}  // namespace slim::experiments
