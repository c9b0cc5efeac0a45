#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <thread>
#include <vector>

namespace slim::properties::foreign {

/// What a subject held at most during a call, seen from outside.
struct SeenPeak {
  double bytes = 0.0;  ///< resident and in its scratch folder, beyond what it held before
  /// A process of it ended meanwhile, and took its own highest mark with it: `bytes` may be short.
  bool lost_sight = false;
};

/// Watches all processes below a subject's keeper, from its construction on: samples of all that
/// they hold together, a millisecond apart, and each one's highest resident mark, which is set
/// back. A child that lives for less and that nobody waits for is not seen.
class PeakWatch {
 public:
  /// Throws SubjectError where nothing is left to watch.
  PeakWatch(pid_t keeper, std::filesystem::path scratch);
  /// Ends the watch. Throws SubjectError where nothing is left.
  SeenPeak end();

 private:
  void sample();

  pid_t keeper_;
  std::filesystem::path scratch_;
  std::int64_t before_ = 0;
  std::map<pid_t, std::uint64_t> faults_before_;  ///< of children that ended, of each process
  std::int64_t most_ = 0;                         ///< of all samples; the sampler's
  std::vector<pid_t> met_;                        ///< by any sample, sorted; the sampler's
  std::jthread sampler_;
};

}  // namespace slim::properties::foreign
