#include "experiments/progress.hpp"

#include "command_line/standard_streams.hpp"
#include "reference/vocabulary/printable.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace slim::experiments {

constexpr std::chrono::minutes lines_apart{1};
constexpr std::size_t longest_line = 400;

Progress::Progress(std::size_t steps, double work)
    : terminal_(::isatty(STDERR_FILENO) == 1), steps_(steps), work_(work) {}

Progress::~Progress() {
  clear();
}

void Progress::clear() const {
  if (terminal_) command_line::note_exactly("\r\033[K");
}

void Progress::begin(std::string_view what) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ && now - said_ < lines_apart) return;
  said_ = now;
  std::string left;
  if (work_done_ > 0.0) {
    const std::chrono::duration<double> elapsed = now - start_;
    const auto rest = std::chrono::duration_cast<std::chrono::seconds>(
        elapsed * ((work_ - work_done_) / work_done_));
    left = ", " + in_words(rest) + " left";
  }
  clear();
  command_line::note_exactly(fmt::format("[{}/{}{}] {}{}", done_ + 1, steps_, left,
                                         on_one_line(what, longest_line), terminal_ ? "" : "\n"));
}

void Progress::end(double weight) {
  ++done_;
  work_done_ += weight;
}

void Progress::say(std::string_view line) const {
  clear();
  command_line::note(line);
}

std::string in_words(std::chrono::seconds time) {
  const auto seconds = time.count();
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {:02} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace slim::experiments
