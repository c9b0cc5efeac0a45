#pragma once

#include <sys/types.h>

#include <cstdint>

namespace slim::properties::foreign {

struct BytesHeld {
  std::int64_t address_space = 0;  ///< of the process that has the largest
  std::int64_t resident = 0;       ///< of all together, and what lies in the scratch folder
  std::int64_t scratch = 0;        ///< that alone
};

/// What all processes below `ancestor` hold, and their scratch folder, which lies in memory where
/// it can; holes of files take none. Processes that are gone hold nothing.
BytesHeld bytes_held_below(pid_t ancestor, const char* scratch);

}  // namespace slim::properties::foreign
