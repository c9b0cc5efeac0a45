#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

namespace slim::properties::foreign {

/// What a subject held during a call, seen from outside.
struct SeenPeak {
  std::int64_t rise = 0;  ///< bytes, from the least it held to the most that it held after that
  /// Bytes of its own memory that each process read or wrote, whenever it took them.
  std::map<pid_t, std::int64_t> touched{};
  /// A process ended meanwhile, and took its own highest mark with it, or this process was stopped
  /// (SIGSTOP), which a subject can do: all this may be short.
  bool lost_sight = false;
};

/// Bytes that a call needs beyond what a small one does: how far memory rose, or what was touched
/// more, if that is more. Who takes its memory once for all, and who frees something else first,
/// needs as much as who takes it when it is asked.
double needed_bytes(const SeenPeak& call, const SeenPeak& small_call);

/// Watches all processes below a subject's keeper, from its construction on: a sample of all that
/// they hold, every millisecond, and of each its highest resident mark and the pages it touched,
/// which are set back. Not seen is a child that lives for less and that nobody waits for; nor
/// memory of devices, and of processes that are not below the subject.
class PeakWatch {
 public:
  /// Throws SubjectError where nothing is left to watch, and HarnessError where nothing can be read
  /// for want of descriptors, as end() does.
  PeakWatch(pid_t keeper, std::filesystem::path scratch);
  /// Ends the watch. Throws SubjectError where nothing is left.
  SeenPeak end();

 private:
  /// Resident pages of a process, in bytes.
  struct Pages {
    std::int64_t resident = 0;
    std::int64_t of_files = 0;  ///< and shared memory
  };
  /// One that had ended before, and that nobody has waited for.
  struct Ended {
    pid_t parent = 0;
    std::uint64_t faults = 0;
  };
  static Pages pages_of(const std::string& status);

  void sample();
  [[nodiscard]] bool lost_sight() const;

  pid_t keeper_;
  std::filesystem::path scratch_;
  int continued_before_;
  std::map<pid_t, Pages> pages_before_;
  std::map<pid_t, std::uint64_t> faults_before_;  ///< of children that ended, of each process
  std::map<pid_t, Ended> ended_before_;
  // The sampler's, until it ends:
  std::int64_t least_;
  std::int64_t rise_ = 0;
  std::set<pid_t> met_;
  std::jthread sampler_;
};

}  // namespace slim::properties::foreign
