#include "experiments/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace slim::experiments {
namespace {

constexpr std::chrono::minutes lines_apart{1};

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
  if (terminal_) fmt::print(stderr, "\r\033[K");
}

void Progress::begin(std::size_t step, std::string_view what) {
  const Clock::time_point now = Clock::now();
  begun_.at(step) = now;
  if (!terminal_ && now - said_ < lines_apart) return;
  said_ = now;
  const std::string left = in_words(time_left_.left());
  clear();
  fmt::print(stderr, "[{}/{}{}{}] {}{}", done_ + 1, begun_.size(), left.empty() ? "" : ", ", left,
             what, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

void Progress::end(std::size_t step) {
  ++done_;
  time_left_.finish(step, std::chrono::duration<double>(Clock::now() - begun_.at(step)).count());
}

}  // namespace slim::experiments
