// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

namespace slim::experiments {

/// Wall time of one call.
struct Timing {
  double seconds = 0.0;
  std::int64_t iterations = 1;
};

/// One sample by Google Benchmark: calls `body` repeatedly for about `least_seconds`, at least
/// once, and returns the mean. Prints nothing and does no warm-up. Rethrows exceptions of `body`.
Timing time_call(const std::function<void()>& body, double least_seconds = 0.05);

}  // namespace slim::experiments
