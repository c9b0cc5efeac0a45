#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

namespace slim::experiments {

/// Exact peak bytes of one gradient, by what they are for. Other buffers of the process that are
/// alive are not counted; none may come or go meanwhile.
Bytes count_bytes(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
