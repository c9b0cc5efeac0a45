// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/model/sequences.hpp"
#include "reference/vocabulary/scalars/counted.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Exact scalar operations of one gradient. Runs the subject's own code on counting numbers on one
/// thread, regardless of the setting's scalar and threads. `multiplications` counts multiply-adds.
/// All tokens are equal, regardless of the setting's text: the work does not depend on the text,
/// and no other text has a longer critical path, because the gradient of a token's embedding is a
/// sum over the rows that contain it.
/// Cost: a few nanoseconds per operation.
Operations count_operations(const Subject& subject, const Setting& setting);
/// The same on the given tokens.
Operations count_operations(const Subject& subject, Setting setting, const Sequences& sequences);

}  // namespace slim::experiments
