#include "properties/program/progress_line.hpp"

#include "command_line/standard_streams.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace slim::properties {
namespace {

int cases_of(const Law& law, const RunPlan& plan) {
  return plan.cases * law.share;
}

}  // namespace

/// A case for each step; a cheap law asks `share` times as many.
std::vector<Step> ProgressLine::steps_of(const RunPlan& plan) {
  std::vector<Step> steps;
  for (const Law* law : plan.laws) {
    const Step step{.kinds = {law->name, "any law"}, .weight = 1.0 / law->share};
    steps.insert(steps.end(), static_cast<std::size_t>(cases_of(*law, plan)), step);
  }
  return steps;
}

ProgressLine::ProgressLine(const RunPlan& plan)
    : terminal_(::isatty(STDERR_FILENO) != 0), time_left_(steps_of(plan)) {
  std::size_t first = 0;
  for (const Law* law : plan.laws) {
    first_step_.emplace(law->name, first);
    first += static_cast<std::size_t>(cases_of(*law, plan));
  }
}

ProgressLine::~ProgressLine() {
  if (terminal_) command_line::note_exactly("\r\033[K");
}

void ProgressLine::show(const std::string& what, int done, int planned) {
  ++cases_;
  if (!terminal_) return;
  const Clock::time_point now = Clock::now();
  const auto law = first_step_.find(what);
  if (law != first_step_.end()) {
    // Since the last case of any thread, so that cases that run at the same time share it.
    time_left_.finish(law->second + static_cast<std::size_t>(done - 1),
                      std::chrono::duration<double>(now - last_case_).count());
    last_case_ = now;
  }
  if (done < planned && now - shown_ < std::chrono::milliseconds(100)) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string left = law == first_step_.end() ? "" : "  " + in_words(time_left_.left());
  command_line::note_exactly(fmt::format("\r\033[K{} {}/{}  {:.1f} cases/s{}", what, done, planned,
                                         cases_ / seconds, left));
}

}  // namespace slim::properties
