#pragma once

#include "reference/vocabulary/system/time_left.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace slim::properties {

/// "312/900 gradient-agrees  8.3 cases/s  25 s left" on standard error, in place, when that is a
/// terminal; else nothing. The time left is that of the cases of all laws, estimated from what
/// cases of the same law took.
class ProgressLine {
 public:
  ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Clears the line.
  ~ProgressLine();

  /// After each case of a law, and before the first one of all for every law, with 0 done.
  void show_case(const std::string& law, int done, int planned);
  /// After each step of anything else.
  void show(const std::string& what, int done, int planned);

 private:
  using Clock = std::chrono::steady_clock;
  void print(const std::string& line);
  [[nodiscard]] bool was_just_shown();

  bool terminal_;
  std::vector<Step> steps_;                        ///< until the first case is done
  std::map<std::string, std::size_t> first_step_;  ///< of each law
  std::optional<TimeLeft> time_left_;              ///< from then on
  std::size_t cases_ = 0;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_case_ = start_;
  Clock::time_point shown_{};
};

}  // namespace slim::properties
