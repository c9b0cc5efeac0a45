// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/process_memory.hpp"

#include <fmt/format.h>

namespace slim::experiments {

Verdict judge_process(const Claim& claim, std::span<const Record> records) {
  constexpr std::size_t fewest = 6;
  const ProcessMemory memory =
      process_memory(records_of(claim, records, [](const Setting&) { return true; }), claim.bound);
  const bool refuted = !memory.against.empty();
  if (!refuted && (memory.processes < fewest || !memory.three_lengths)) {
    return inconclusive(claim, fmt::format("records are missing: {} processes and their bytes, "
                                           "including three lengths at one C",
                                           fewest));
  }
  return {.claim = claim,
          .answer = refuted ? Answer::refuted : Answer::supported,
          .value = memory.high,
          .low = memory.low,
          .high = memory.high,
          .evidence = refuted ? memory.against : memory.evidence};
}

}  // namespace slim::experiments
