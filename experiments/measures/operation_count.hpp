#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/model/sequences.hpp"
#include "reference/vocabulary/scalars/counted.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Exact scalar operations of one gradient, from the subject's own code run on counting numbers on
/// one thread, whatever the setting's scalar and threads. `multiplications` are the multiply-adds.
/// All tokens are alike, whatever the setting's text: no text has another work, and none a longer
/// critical path, since the gradient of a token's embedding is a sum over the rows that have it.
/// Cost: a few nanoseconds an operation.
Operations count_operations(const Subject& subject, const Setting& setting);
/// The same on tokens of the caller's.
Operations count_operations(const Subject& subject, Setting setting, const Sequences& sequences);

}  // namespace slim::experiments
