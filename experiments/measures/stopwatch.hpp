#pragma once

#include <cstdint>
#include <functional>

namespace slim::experiments {

/// Wall time of one call.
struct Timing {
  double seconds = 0.0;
  std::int64_t iterations = 1;
};

/// One sample by Google Benchmark: calls `body` as often as fills `least_seconds`, at least once,
/// and gives the mean. Nothing is printed, nothing is warmed up before. An exception of `body` is
/// thrown on.
Timing time_call(const std::function<void()>& body, double least_seconds = 0.05);

}  // namespace slim::experiments
