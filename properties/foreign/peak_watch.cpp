#include "properties/foreign/peak_watch.hpp"

#include "properties/engine/failure.hpp"
#include "properties/foreign/host/bytes_held.hpp"
#include "properties/foreign/host/process_tree.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

namespace slim::properties::foreign {
namespace {

constexpr std::chrono::milliseconds between_samples{1};

/// It ended by itself, so that nothing of it can be read in /proc.
[[noreturn]] void throw_it_is_gone() {
  throw SubjectError("ended, or cannot be looked at, after it answered", Failure::crash);
}

/// "VmHWM:    1234 kB" of /proc/PID/status, in bytes; 0 when it is not there.
std::int64_t highest_mark(pid_t pid) {
  const std::string status = text_of_proc("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find("VmHWM:");
  long kilobytes = 0;
  if (at == std::string::npos || std::sscanf(status.c_str() + at, "VmHWM: %ld", &kilobytes) != 1) {
    return 0;
  }
  return std::int64_t{1024} * kilobytes;
}

void set_back_highest_mark(pid_t pid) {
  std::ofstream("/proc/" + std::to_string(pid) + "/clear_refs") << "5";
}

}  // namespace

PeakWatch::PeakWatch(pid_t keeper, std::filesystem::path scratch)
    : keeper_(keeper), scratch_(std::move(scratch)) {
  before_ = bytes_held_below(keeper_, scratch_.c_str()).resident;
  for (const pid_t pid : listed_below(keeper_)) {
    const ProcessEntry entry = entry_of(pid);
    if (entry.ended) continue;
    faults_before_[pid] = entry.faults_of_ended_children;
    set_back_highest_mark(pid);
  }
  if (faults_before_.empty()) throw_it_is_gone();
  sampler_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      sample();
      std::this_thread::sleep_for(between_samples);
    }
  });
}

void PeakWatch::sample() {
  most_ = std::max(most_, bytes_held_below(keeper_, scratch_.c_str()).resident);
  for (const pid_t pid : listed_below(keeper_)) {
    const auto place = std::ranges::lower_bound(met_, pid);
    if (place == met_.end() || *place != pid) met_.insert(place, pid);
  }
}

SeenPeak PeakWatch::end() {
  sampler_.request_stop();
  sampler_.join();
  sample();
  std::int64_t marks = bytes_held_below(keeper_, scratch_.c_str()).scratch;
  bool lost_sight = false;
  bool any = false;
  for (const pid_t pid : met_) {
    const ProcessEntry entry = entry_of(pid);
    const auto known = faults_before_.find(pid);
    const std::uint64_t faults_before = known == faults_before_.end() ? 0 : known->second;
    lost_sight = lost_sight || entry.ended || entry.faults_of_ended_children != faults_before;
    if (entry.ended) continue;
    any = true;
    marks += highest_mark(pid);
  }
  if (!any) throw_it_is_gone();
  const std::int64_t beyond = std::max(most_, marks) - before_;
  return {.bytes = static_cast<double>(std::max<std::int64_t>(0, beyond)),
          .lost_sight = lost_sight};
}

}  // namespace slim::properties::foreign
