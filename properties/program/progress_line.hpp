#pragma once

#include "properties/engine/engine.hpp"
#include "reference/vocabulary/time_left.hpp"

#include <chrono>
#include <map>
#include <string>

namespace slim::properties {

/// "gradient-agrees 12/40  8.3 cases/s  25 s left" on standard error, in place, when that is a
/// terminal; else nothing. The time left is that of the plan's cases, estimated from what cases of
/// the same law took, and of laws that have not begun from those of all.
class ProgressLine {
 public:
  explicit ProgressLine(const RunPlan& plan);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  /// `what` is a law of the plan, after each of its cases, or anything else that is done in steps.
  void show(const std::string& what, int done, int planned);

 private:
  using Clock = std::chrono::steady_clock;
  static std::vector<Step> steps_of(const RunPlan& plan);

  bool terminal_;
  TimeLeft time_left_;
  std::map<std::string, std::size_t> first_step_;  ///< of each law
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_case_ = start_;
  Clock::time_point shown_{};
  int cases_ = 0;
};

}  // namespace slim::properties
