// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace slim::experiments {

/// Bytes that the process has allocated on the heap: the ledger's buffers, packing buffers of the
/// matrix library, and everything else. Units: bytes, including the allocator's rounding.
struct HeapUse {
  std::int64_t now = 0;
  std::int64_t peak = 0;  ///< since the last reset
};

/// Empty unless the program is linked with heap_counter.cpp, as slim-measure is.
std::optional<HeapUse> heap_use();
void reset_heap_peak();

}  // namespace slim::experiments
