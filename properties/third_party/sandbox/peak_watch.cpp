// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/sandbox/peak_watch.hpp"

#include "properties/engine/failure.hpp"
#include "properties/third_party/sandbox/bytes_held.hpp"
#include "properties/third_party/sandbox/harness_process.hpp"
#include "properties/third_party/sandbox/process_tree.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace slim::properties::foreign {
namespace {

constexpr std::chrono::milliseconds between_samples{1};

/// The process ended by itself, so that nothing about it can be read in /proc.
[[noreturn]] void throw_ended() {
  throw SubjectError("ended, or cannot be inspected, after it answered", Failure::crash);
}

std::string path_of(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

/// Resets the peak resident size, and the marks of touched pages.
void reset_marks(pid_t pid) {
  for (const char* what : {"5", "1"}) std::ofstream(path_of(pid, "clear_refs")) << what;
}

/// Whether a line such as "7f12a000-7f13b000 rw-p 00000000 00:00 0   [heap]" begins an area in
/// smaps. Memory without a file has no path, or one in brackets.
bool begins_area(const std::string& line) {
  return !line.empty() && line.find('-') != std::string::npos && line.find('-') < line.find(' ') &&
         line.find(':') > line.find(' ');
}
bool is_without_a_file(const std::string& area) {
  std::istringstream words(area);
  std::string word;
  for (int i = 0; i < 5; ++i) words >> word;  // addresses, rights, offset, device, inode
  return !(words >> word) || word.starts_with('[');
}

/// Bytes of memory without a file that were touched since the watch began.
std::int64_t touched_bytes(pid_t pid) {
  std::istringstream smaps(text_of_proc(path_of(pid, "smaps")));
  std::int64_t bytes = 0;
  bool counts = false;
  for (std::string line; std::getline(smaps, line);) {
    if (begins_area(line)) {
      counts = is_without_a_file(line);
    } else if (counts && line.starts_with("Referenced:")) {
      bytes += std::max<std::int64_t>(0, bytes_of_field(line, "Referenced:"));
    }
  }
  return bytes;
}

}  // namespace

double needed_bytes(const SeenPeak& call, const SeenPeak& small_call) {
  std::int64_t needed = call.rise;
  for (const auto& [pid, touched] : call.touched) {
    const auto of_small = small_call.touched.find(pid);
    if (of_small != small_call.touched.end()) {
      needed = std::max(needed, touched - of_small->second);
    }
  }
  return static_cast<double>(needed);
}

PeakWatch::Pages PeakWatch::pages_of(const std::string& status) {
  const auto field = [&](const char* name) {
    return std::max<std::int64_t>(0, bytes_of_field(status, name));
  };
  return {.resident = field("VmRSS:"), .of_files = field("RssFile:") + field("RssShmem:")};
}

PeakWatch::PeakWatch(pid_t inner_supervisor, std::filesystem::path scratch)
    : inner_supervisor_(inner_supervisor),
      scratch_(std::move(scratch)),
      continued_before_(times_continued()),
      least_(std::numeric_limits<std::int64_t>::max()) {
  for (const pid_t pid : listed_below(inner_supervisor_)) {
    const ProcessEntry entry = entry_of(pid);
    if (entry.ended) {
      ended_before_[pid] = {entry.parent, entry.faults + entry.faults_of_ended_children};
      continue;
    }
    faults_before_[pid] = entry.faults_of_ended_children;
    reset_marks(pid);
    pages_before_[pid] = pages_of(text_of_proc(path_of(pid, "status")));
  }
  require_descriptors();
  if (faults_before_.empty()) throw_ended();
  sample();
  sampler_ = std::jthread([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(between_samples);
      sample();
    }
  });
}

void PeakWatch::sample() {
  const std::int64_t held = bytes_held_once_below(inner_supervisor_, scratch_.c_str());
  least_ = std::min(least_, held);
  rise_ = std::max(rise_, held - least_);
  for (const pid_t pid : listed_below(inner_supervisor_)) met_.insert(pid);
}

bool PeakWatch::lost_sight() const {
  std::map<pid_t, std::uint64_t> explained = faults_before_;
  for (const auto& [pid, ended] : ended_before_) {
    if (entry_of(pid).parent == 0) explained[ended.parent] += ended.faults;  // was reaped
  }
  return std::ranges::any_of(met_, [&](pid_t pid) {
    if (ended_before_.contains(pid)) return false;
    const ProcessEntry entry = entry_of(pid);
    return entry.ended || entry.faults_of_ended_children != explained[pid];
  });
}

SeenPeak PeakWatch::end() {
  sampler_.request_stop();
  sampler_.join();
  sample();
  require_descriptors();
  const bool was_stopped = times_continued() != continued_before_;
  SeenPeak seen{.rise = rise_, .lost_sight = lost_sight() || was_stopped};
  for (const pid_t pid : listed_below(inner_supervisor_)) {
    if (entry_of(pid).ended) continue;
    seen.touched[pid] = touched_bytes(pid);
    const auto before = pages_before_.find(pid);
    if (before == pages_before_.end()) continue;
    // Peaks between two samples. Files are excluded, since samples see them.
    const std::string status = text_of_proc(path_of(pid, "status"));
    const std::int64_t more_files =
        std::max<std::int64_t>(0, pages_of(status).of_files - before->second.of_files);
    const std::int64_t mark = bytes_of_field(status, "VmHWM:");
    seen.rise = std::max(seen.rise, mark - before->second.resident - more_files);
  }
  if (seen.touched.empty()) throw_ended();
  return seen;
}

}  // namespace slim::properties::foreign
