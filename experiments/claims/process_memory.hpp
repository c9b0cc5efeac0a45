// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace slim::experiments {

/// Everything that a gradient takes beyond its parameters, its gradient and the token ids: the
/// ledger's peak without the tokens, and all other use of the heap. Units: bytes.
inline double counted_bytes(const Bytes& bytes) {
  return static_cast<double>(bytes.peak - bytes.tokens + bytes.scratch.value_or(0));
}

/// Whether counted bytes are all that a gradient takes.
struct ProcessMemory {
  std::size_t processes = 0;   ///< fresh processes whose bytes were counted
  bool three_lengths = false;  ///< of processes at one C below L
  double low = 0.0;            ///< smallest and largest difference of growth and count,
  double high = 0.0;           ///< relative to the count, or to 256 KiB / bound if that is more
  std::string against = {};    ///< what is not counted, or grows over L; empty: nothing
  std::string evidence = {};
};

/// Compares records of bytes and of fresh processes with equal settings. The growth of a process
/// during a gradient equals counted_bytes within `bound` of them, or within 256 KiB if that is
/// more. Scratch that is counted but never touched is not a difference. At fixed C the difference
/// does not grow over L by more than 256 KiB, and scratch, parameters and gradient together differ
/// by at most 1 KiB, the rounding of the allocator. The scratch is at most the ledger's peak, or 1
/// MiB; token ids take four bytes each.
ProcessMemory process_memory(std::span<const Record> records, double bound);

}  // namespace slim::experiments
