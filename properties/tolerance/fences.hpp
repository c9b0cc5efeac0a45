// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory_watch.hpp"

#include <span>
#include <string>

namespace slim::properties {

/// An array of a task or its answer, with its name in messages.
struct NamedBlock {
  std::string name;   ///< such as "output d.q"
  const void* first;  ///< null if the array is absent
};

/// Throws SubjectError (OUT-OF-BOUNDS) if a guard region was overwritten. The message has the name
/// of the array of the task or answer, or the size of the block that the subject allocated.
void require_untouched_fences(const MemoryWatch& watch, std::span<const NamedBlock> blocks);

}  // namespace slim::properties
