// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace slim::experiments {

/// Wall time of one call, with Google Benchmark's statistics over its repetitions. Units: seconds.
struct Timing {
  std::vector<double> samples;  ///< one per repetition: the mean over its iterations
  std::int64_t iterations = 1;  ///< calls per sample
  double least = 0.0;
  double median = 0.0;
  double deviation = 0.0;  ///< with divisor n - 1; 0 for one sample
};

/// Measures by Google Benchmark: each repetition calls `body` repeatedly for about `least_seconds`,
/// at least once. Prints nothing and does no warm-up. Rethrows exceptions of `body`.
Timing time_call(const std::function<void()>& body, double least_seconds = 0.05,
                 int repetitions = 1);

}  // namespace slim::experiments
