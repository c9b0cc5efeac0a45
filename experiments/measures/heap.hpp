#pragma once

#include <cstdint>
#include <optional>

namespace slim::experiments {

/// Bytes that the whole process has taken from the heap, whoever asked: the ledger's buffers, the
/// matrix library's packing buffers, and all else. Units: bytes as the allocator rounds them up.
struct HeapUse {
  std::int64_t now = 0;
  std::int64_t peak = 0;  ///< since the last reset
};

/// Nothing, unless the program is linked with heap_counter.cpp, as slim-measure is.
std::optional<HeapUse> heap_use();
void reset_heap_peak();

}  // namespace slim::experiments
