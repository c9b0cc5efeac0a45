// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/sandbox/process_tree.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>

namespace slim::properties::foreign {

/// How long the descendants of a process have been ready to run while others had the processors.
class ProcessorWaits {
 public:
  using Clock = std::chrono::steady_clock;

  /// Adds the time since the last call: of each process that is ready to run or runs, the part in
  /// which it did not run; the longest of these. Does nothing if the system does not say so.
  void look(pid_t ancestor) {
    const Clock::time_point now = Clock::now();
    Clock::duration longest{0};
    for (const pid_t pid : listed_below(ancestor)) {
      const std::string folder = "/proc/" + std::to_string(pid) + "/";
      const std::string state = text_of_proc(folder + "stat");
      const std::size_t name_end = state.rfind(") ");
      long long ran = 0;
      if (std::sscanf(text_of_proc(folder + "schedstat").c_str(), "%lld", &ran) != 1) continue;
      const auto [before, is_new] = ran_.try_emplace(pid, ran);
      const bool is_ready = name_end != std::string::npos && state.substr(name_end + 2, 1) == "R";
      if (is_ready && !is_new) {
        const std::chrono::nanoseconds running(ran - before->second);
        longest = std::max<Clock::duration>(longest, now - last_look_ - running);
      }
      before->second = ran;
    }
    total_ += longest;
    last_look_ = now;
  }

  [[nodiscard]] Clock::duration total() const { return total_; }

 private:
  std::map<pid_t, long long> ran_;  ///< nanoseconds on a processor, by process
  Clock::time_point last_look_{};
  Clock::duration total_{0};
};

}  // namespace slim::properties::foreign
