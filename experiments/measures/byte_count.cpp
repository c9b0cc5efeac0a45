// SPDX-License-Identifier: Apache-2.0
#include "experiments/measures/byte_count.hpp"

#include "experiments/measures/heap.hpp"
#include "experiments/workload/workload.hpp"

namespace slim::experiments {
namespace {

template <class T>
Bytes count_bytes_in(const Subject& subject, const Setting& setting) {
  const MemoryUse others = ledger::now();
  Workload<T> workload(subject, setting);
  const MemoryUse before = ledger::now();
  ledger::reset_peak();
  reset_heap_peak();
  const std::optional<HeapUse> heap_before = heap_use();

  const double loss = to_double(workload.run());

  const std::optional<HeapUse> heap = heap_use();
  const MemoryUse peak = ledger::peak();
  const auto bytes = [&](MemoryTag tag) { return peak.of(tag) - others.of(tag); };
  Bytes result = {.parameters = bytes(MemoryTag::parameters),
                  .gradient = bytes(MemoryTag::gradient),
                  .tokens = bytes(MemoryTag::tokens),
                  .state = bytes(MemoryTag::state),
                  .slice = bytes(MemoryTag::slice),
                  .result = bytes(MemoryTag::result),
                  .peak = peak.beyond_parameters - others.beyond_parameters,
                  .scratch = std::nullopt,
                  .loss = loss};
  if (heap.has_value()) {
    const std::int64_t known = peak.beyond_parameters - before.beyond_parameters +
                               peak.of(MemoryTag::parameters) - before.of(MemoryTag::parameters) +
                               peak.of(MemoryTag::gradient) - before.of(MemoryTag::gradient);
    result.scratch = heap->peak - heap_before->now - known;
  }
  return result;
}

}  // namespace

Bytes count_bytes(const Subject& subject, const Setting& setting) {
  return in_scalar(setting.scalar, [&]<class T>() { return count_bytes_in<T>(subject, setting); });
}

}  // namespace slim::experiments
