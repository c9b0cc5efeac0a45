// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/system/time_left.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slim::properties {

/// "312/900 gradient-agrees  8.3 cases/s  25 s left" on standard error, updated in place; nothing
/// if that is not a terminal. The time left covers the cases of all laws and is estimated from the
/// times of finished cases of the same law.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  /// Call for every law with `done` = 0 before the first case, then after each case.
  void show_case(const std::string& law, int done, int planned);
  /// Call after each step of any other work.
  void show(const std::string& what, int done, int planned);

 private:
  using Clock = std::chrono::steady_clock;
  void print(const std::string& line);
  [[nodiscard]] bool was_just_shown();

  bool terminal_;
  std::vector<Step> steps_;                        ///< collected until the first case is done
  std::map<std::string, std::size_t> first_step_;  ///< of each law
  std::optional<TimeLeft> time_left_;              ///< set when the first case is done
  std::size_t cases_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_case_ = start_;
  Clock::time_point shown_{};
};

}  // namespace slim::properties
