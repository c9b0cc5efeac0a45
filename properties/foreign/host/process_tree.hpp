#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace slim::properties::foreign {

/// A process as /proc has it.
struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  bool ended = false;  ///< a zombie, which nobody has waited for
};

/// Every process that is there.
std::vector<ProcessEntry> all_processes();
/// Those of `all` below one of them, zombies included.
std::vector<ProcessEntry> below(pid_t ancestor, const std::vector<ProcessEntry>& all);
/// Those below it by the kernel's own lists, of the children of each thread: quicker where many
/// processes run besides, and good enough to sample.
std::vector<pid_t> listed_below(pid_t ancestor);

struct ProcessBytes {
  std::int64_t address_space = 0;
  std::int64_t resident = 0;
};
/// Zero of a process that is gone.
ProcessBytes bytes_of(pid_t pid);

}  // namespace slim::properties::foreign
