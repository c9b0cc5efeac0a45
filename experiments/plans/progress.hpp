// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/system/time_left.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Progress on standard error: on a terminal, one line that is rewritten and has the remaining
/// time; otherwise, as in a log, one line per minute. The remaining time is estimated from the
/// duration of similar steps.
class Progress {
 public:
  explicit Progress(const std::vector<Step>& steps);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Clears the line on the terminal.
  ~Progress();

  void begin(std::size_t step, std::string_view what);
  void end(std::size_t step);

 private:
  using Clock = std::chrono::steady_clock;
  void clear() const;

  bool terminal_;
  TimeLeft time_left_;
  std::vector<Clock::time_point> begun_;  ///< start time of each step
  std::size_t done_ = 0;
  Clock::time_point said_;  ///< time of the last message
};

}  // namespace slim::experiments
