// SPDX-License-Identifier: Apache-2.0
// Defaults for programs without heap_counter.cpp: the linker uses them only when the program does
// not define these functions.
#include "experiments/measures/heap.hpp"

namespace slim::experiments {

std::optional<HeapUse> heap_use() {
  return std::nullopt;
}

void reset_heap_peak() {}

}  // namespace slim::experiments
