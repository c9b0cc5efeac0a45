// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/progress.hpp"

#include "properties/command_line/standard_streams.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace slim::experiments {
namespace {

constexpr std::chrono::minutes lines_apart{1};
constexpr std::size_t longest_line = 400;

}  // namespace

Progress::Progress(const std::vector<Step>& steps)
    : terminal_(::isatty(STDERR_FILENO) == 1),
      time_left_(steps),
      begun_(steps.size()),
      said_(Clock::now()) {}

Progress::~Progress() {
  clear();
}

void Progress::clear() const {
  if (terminal_) command_line::note_exactly("\r\033[K");
}

void Progress::begin(std::size_t step, std::string_view what) {
  const Clock::time_point now = Clock::now();
  begun_.at(step) = now;
  if (!terminal_ && now - said_ < lines_apart) return;
  said_ = now;
  const std::string left = in_words(time_left_.left());
  clear();
  command_line::note_exactly(fmt::format("[{}/{}{}{}] {}{}", done_ + 1, begun_.size(),
                                         left.empty() ? "" : ", ", left,
                                         on_one_line(what, longest_line), terminal_ ? "" : "\n"));
}

void Progress::end(std::size_t step) {
  ++done_;
  time_left_.finish(step, std::chrono::duration<double>(Clock::now() - begun_.at(step)).count());
}

}  // namespace slim::experiments
