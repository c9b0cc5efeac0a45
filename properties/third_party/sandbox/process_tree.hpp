// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace slim::properties::foreign {

/// The content of a file of /proc (whose size is not known in advance); empty if unreadable.
std::string text_of_proc(const std::string& path);
/// The value of a field such as "VmHWM:    1234 kB", in bytes; -1 if missing.
std::int64_t bytes_of_field(const std::string& text, const char* field);
/// The numeric names in a folder of /proc: processes, threads or descriptors.
std::vector<pid_t> numbers_in(const std::string& folder);

/// A process according to /proc.
struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  bool ended = false;        ///< a zombie, which has not been waited for
  std::uint64_t faults = 0;  ///< page faults, minor and major
  /// Page faults of all descendants that have been waited for.
  std::uint64_t faults_of_ended_children = 0;
};
/// `ended` is true if the process does not exist any more.
ProcessEntry entry_of(pid_t pid);

/// Every process of the system.
std::vector<ProcessEntry> all_processes();
/// The descendants of a process in `all`, zombies included.
std::vector<ProcessEntry> below(pid_t ancestor, const std::vector<ProcessEntry>& all);
/// The children of a process according to the kernel's lists, zombies included.
std::vector<pid_t> children_of(pid_t parent);
/// Its descendants according to the kernel's lists of children of each thread: faster than below()
/// on a system with many processes, and precise enough for samples.
std::vector<pid_t> listed_below(pid_t ancestor);

}  // namespace slim::properties::foreign
