// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace slim::properties::foreign {

struct BytesHeld {
  std::int64_t address_space = 0;  ///< the largest of any process
  std::int64_t resident = 0;       ///< of all processes together, and in their files
};

/// The memory of all processes below `ancestor`, and their files that are in memory or have no
/// other owner: the whole scratch folder, and open files that have no name or are in a memory file
/// system. Holes in files and ended processes count as 0. Fast, and an upper bound: shared pages
/// count once per process.
BytesHeld bytes_held_below(pid_t ancestor, const char* scratch);

/// Resident bytes likewise, except that shared pages count once, and pages of files on disk, which
/// the system can drop, do not count. The time grows with the number of pages.
std::int64_t bytes_held_once_below(pid_t ancestor, const char* scratch);

}  // namespace slim::properties::foreign
