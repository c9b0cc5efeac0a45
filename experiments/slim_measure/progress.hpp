#pragma once

#include "reference/vocabulary/system/time_left.hpp"

#include <chrono>
#include <string_view>
#include <vector>

namespace slim::experiments {

/// Progress on standard error: on a terminal one line that is rewritten, with the time left;
/// elsewhere, in a log, a line a minute. The time left is estimated from what similar steps took.
class Progress {
 public:
  explicit Progress(const std::vector<Step>& steps);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Leaves the terminal's line empty.
  ~Progress();

  void begin(std::size_t step, std::string_view what);
  void end(std::size_t step);

 private:
  using Clock = std::chrono::steady_clock;
  void clear() const;

  bool terminal_;
  TimeLeft time_left_;
  std::vector<Clock::time_point> begun_;  ///< by step
  std::size_t done_ = 0;
  Clock::time_point said_;  ///< when something was
};

}  // namespace slim::experiments
