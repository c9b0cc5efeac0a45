// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

namespace slim::properties::foreign {

/// The memory of a subject during a call, measured from outside.
struct SeenPeak {
  std::int64_t rise = 0;  ///< bytes, from the minimum to the maximum after it
  /// Bytes of its own memory that each process read or wrote, whenever they were allocated.
  std::map<pid_t, std::int64_t> touched{};
  /// True if a process ended meanwhile, so that its peak is unknown, or this process was stopped
  /// (SIGSTOP), which a subject can do: the figures may be too low.
  bool lost_sight = false;
};

/// Bytes that a call needs beyond a small call: the rise of memory, or the additional bytes touched
/// if these are more. Memory thus counts even if it was allocated at the start, or if other memory
/// was freed before.
double needed_bytes(const SeenPeak& call, const SeenPeak& small_call);

/// Watches all processes below a subject's inner supervisor, from construction on: samples their
/// total memory every millisecond, and reads the peak resident size (VmHWM) and the touched pages
/// of each, which it resets first. Not seen: a child that lives shorter than that and is not waited
/// for, memory of devices, and processes that are not below it.
class PeakWatch {
 public:
  /// Throws SubjectError if no process is left, and HarnessError if descriptors are used up, as
  /// end() does.
  PeakWatch(pid_t inner_supervisor, std::filesystem::path scratch);
  /// Ends the watch. Throws SubjectError if no process is left.
  SeenPeak end();

 private:
  /// Resident pages of a process, in bytes.
  struct Pages {
    std::int64_t resident = 0;
    std::int64_t of_files = 0;  ///< and shared memory
  };
  /// A process that had ended before, and has not been waited for.
  struct Ended {
    pid_t parent = 0;
    std::uint64_t faults = 0;
  };
  static Pages pages_of(const std::string& status);

  void sample();
  [[nodiscard]] bool lost_sight() const;

  pid_t inner_supervisor_;
  std::filesystem::path scratch_;
  int continued_before_;
  std::map<pid_t, Pages> pages_before_;
  std::map<pid_t, std::uint64_t> faults_before_;  ///< of each process's ended children
  std::map<pid_t, Ended> ended_before_;
  // Used only by the sampler until it ends:
  std::int64_t least_;
  std::int64_t rise_ = 0;
  std::set<pid_t> met_;
  std::jthread sampler_;
};

}  // namespace slim::properties::foreign
