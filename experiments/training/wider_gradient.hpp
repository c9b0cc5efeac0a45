#pragma once

#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// "float64/…": a subject whose float32 gradient is made in float64 and rounded once at its end. It
/// is no other order of summation but the limit of all: what is left between it and a float32
/// gradient is the latter's own rounding, in every sum. Neither resumable nor sparing of memory.
Subject in_wider_scalar(const Subject& subject);

}  // namespace slim::experiments
