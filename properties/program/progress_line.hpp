#pragma once

#include <chrono>
#include <string>

namespace slim::properties {

/// "gradient-agrees 12/40  8.3 cases/s" on standard error, in place, when that is a terminal; else
/// nothing.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  void show(const std::string& law, int done, int planned);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_{};
  int cases_ = 0;
};

}  // namespace slim::properties
