#include "properties/program/progress_line.hpp"

#include "command_line/standard_streams.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace slim::properties {

ProgressLine::ProgressLine() : terminal_(::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() {
  if (terminal_) command_line::note_exactly("\r\033[K");
}

void ProgressLine::show(const std::string& law, int done, int planned) {
  ++cases_;
  if (!terminal_) return;
  const Clock::time_point now = Clock::now();
  if (done < planned && now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  command_line::note_exactly(
      fmt::format("\r\033[K{} {}/{}  {:.1f} cases/s", law, done, planned, cases_ / seconds));
}

}  // namespace slim::properties
