// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Exact peak bytes of one gradient, by memory tag. Buffers that exist already are not counted; no
/// other buffers may be allocated or freed during the call.
Bytes count_bytes(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
