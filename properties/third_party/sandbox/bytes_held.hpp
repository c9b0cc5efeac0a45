#pragma once

#include <sys/types.h>

#include <cstdint>

namespace slim::properties::foreign {

struct BytesHeld {
  std::int64_t address_space = 0;  ///< of the process that has the largest
  std::int64_t resident = 0;       ///< of all together, and what they have in files
};

/// What all processes below `ancestor` hold, and what they have in files that lie in memory or that
/// nobody else can name: all of their scratch folder, and what is open without a name or in a file
/// system of memory. Holes of files take none, processes that are gone hold nothing. Quick, and no
/// less than it is: pages that processes share count for each.
BytesHeld bytes_held_below(pid_t ancestor, const char* scratch);

/// The same without address space, where pages that are shared count once, and those of files on a
/// disk, which the system drops when it needs the room, not at all. Takes the longer, the more
/// pages there are.
std::int64_t bytes_held_once_below(pid_t ancestor, const char* scratch);

}  // namespace slim::properties::foreign
