// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"

namespace slim {

/// Bytes in use and their peaks. Not thread-safe by itself.
struct MemoryAccount {
  MemoryUse now;
  MemoryUse peak;  ///< separately for each entry

  /// Negative bytes are a release.
  void enter(MemoryTag tag, std::int64_t bytes) {
    const auto slot = static_cast<std::size_t>(tag);
    now.by_tag.at(slot) += bytes;
    if (tag != MemoryTag::parameters && tag != MemoryTag::gradient) now.beyond_parameters += bytes;
    peak.by_tag.at(slot) = std::max(peak.by_tag.at(slot), now.by_tag.at(slot));
    peak.beyond_parameters = std::max(peak.beyond_parameters, now.beyond_parameters);
  }
};

}  // namespace slim
