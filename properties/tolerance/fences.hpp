#pragma once

#include "reference/vocabulary/memory/memory_watch.hpp"

#include <span>
#include <string>

namespace slim::properties {

/// An array of a task or its answer, as a message calls it.
struct NamedBlock {
  std::string name;   ///< such as "output d.q"
  const void* first;  ///< null where there is none
};

/// Throws SubjectError, OUT-OF-BOUNDS, when what is watched was written beside: an array of
/// the task or its answer, by its name, or a block that the subject made for itself, by its size.
void require_untouched_fences(const MemoryWatch& watch, std::span<const NamedBlock> blocks);

}  // namespace slim::properties
