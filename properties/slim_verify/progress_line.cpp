// SPDX-License-Identifier: Apache-2.0
#include "properties/slim_verify/progress_line.hpp"

#include "properties/command_line/standard_streams.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace slim::properties {

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (terminal_) command_line::note_exactly("\r\033[K");
}

void ProgressLine::show_case(const std::string& law, int done, int planned) {
  if (!terminal_) return;
  if (done == 0) {
    first_step_.emplace(law, steps_.size());
    steps_.insert(steps_.end(), static_cast<std::size_t>(planned), Step{.kinds = {law}});
    return;
  }
  if (!time_left_) time_left_.emplace(steps_);
  const Clock::time_point now = Clock::now();
  // Measured from the last finished case of any thread, so that parallel cases share the time.
  time_left_->finish(first_step_.at(law) + static_cast<std::size_t>(done - 1),
                     std::chrono::duration<double>(now - last_case_).count());
  last_case_ = now;
  ++cases_;
  if (cases_ < steps_.size() && was_just_shown()) return;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  print(fmt::format("{}/{} {}  {:.1f} cases/s  {}", cases_, steps_.size(), law,
                    static_cast<double>(cases_) / seconds, in_words(time_left_->left())));
}

void ProgressLine::show(const std::string& what, int done, int planned) {
  if (!terminal_ || (done < planned && was_just_shown())) return;
  print(fmt::format("{} {}/{}", what, done, planned));
}

bool ProgressLine::was_just_shown() {
  const Clock::time_point now = Clock::now();
  if (now - shown_ < std::chrono::milliseconds(100)) return true;
  shown_ = now;
  return false;
}

void ProgressLine::print(const std::string& line) {
  command_line::note_exactly("\r\033[K" + line);
}

}  // namespace slim::properties
