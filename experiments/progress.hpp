#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace slim::experiments {

/// Progress on standard error: on a terminal one line that is rewritten, with the time left;
/// elsewhere, in a log, a line a minute. The time left is what the work done so far took, times the
/// work still to do.
class Progress {
 public:
  /// `work` is the sum of the weights of all steps, in any unit.
  Progress(std::size_t steps, double work);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Leaves the terminal's line empty.
  ~Progress();

  void begin(std::string_view what);
  void end(double weight);
  /// A line of its own that stays, terminal or not.
  void say(std::string_view line) const;

 private:
  void clear() const;

  bool terminal_;
  std::size_t steps_;
  std::size_t done_ = 0;
  double work_;
  double work_done_ = 0.0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point said_ = start_;  ///< when something was
};

/// "12 s", "3 min 05 s", "2 h 10 min".
std::string in_words(std::chrono::seconds time);

}  // namespace slim::experiments
