#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace slim::properties::foreign {

/// A file of /proc, which has no size; empty where it cannot be read.
std::string text_of_proc(const std::string& path);
/// "VmHWM:    1234 kB" of such a file, in bytes; -1 where it is not there.
std::int64_t bytes_of_field(const std::string& text, const char* field);
/// The folder's names that are numbers: processes, threads, descriptors.
std::vector<pid_t> numbers_in(const std::string& folder);

/// A process as /proc has it.
struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  bool ended = false;        ///< a zombie, which nobody has waited for
  std::uint64_t faults = 0;  ///< pages that it came to need
  /// Those of children it has waited for, and of children of theirs: it grows with every one.
  std::uint64_t faults_of_ended_children = 0;
};
/// As ended where it is gone.
ProcessEntry entry_of(pid_t pid);

/// Every process that is there.
std::vector<ProcessEntry> all_processes();
/// Those of `all` below one of them, zombies included.
std::vector<ProcessEntry> below(pid_t ancestor, const std::vector<ProcessEntry>& all);
/// The children of a process by the kernel's own lists, zombies included.
std::vector<pid_t> children_of(pid_t parent);
/// Those below it by the kernel's own lists, of the children of each thread: quicker where many
/// processes run besides, and good enough to sample.
std::vector<pid_t> listed_below(pid_t ancestor);

}  // namespace slim::properties::foreign
