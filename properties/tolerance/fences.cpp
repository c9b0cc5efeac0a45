// SPDX-License-Identifier: Apache-2.0
#include "properties/tolerance/fences.hpp"

#include "properties/engine/failure.hpp"

#include <algorithm>

namespace slim::properties {

void require_untouched_fences(const MemoryWatch& watch, std::span<const NamedBlock> blocks) {
  const std::optional<Overrun> overrun = watch.overrun();
  if (!overrun) return;
  const auto found = std::ranges::find(blocks, overrun->block, &NamedBlock::first);
  const std::string block = found != blocks.end()
                                ? "its " + found->name
                                : "a block of " + std::to_string(overrun->bytes) +
                                      " bytes of its own (" + std::string(name(overrun->tag)) + ")";
  throw SubjectError(
      "wrote " + std::string(overrun->past_end ? "past the end of " : "before the beginning of ") +
          block,
      Failure::out_of_bounds);
}

}  // namespace slim::properties
