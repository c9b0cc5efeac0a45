#include "reference/vocabulary/memory.hpp"

#include <algorithm>
#include <mutex>
#include <new>

namespace slim {
namespace {

constexpr std::align_val_t alignment{64};

struct Ledger {
  std::mutex mutex;
  MemoryUse now;
  MemoryUse peak;

  void enter(MemoryTag tag, std::int64_t bytes) {
    const std::lock_guard lock(mutex);
    const auto slot = static_cast<std::size_t>(tag);
    now.by_tag.at(slot) += bytes;
    if (tag != MemoryTag::parameters && tag != MemoryTag::gradient) now.beyond_parameters += bytes;
    peak.by_tag.at(slot) = std::max(peak.by_tag.at(slot), now.by_tag.at(slot));
    peak.beyond_parameters = std::max(peak.beyond_parameters, now.beyond_parameters);
  }
};

Ledger& the_ledger() {
  static Ledger instance;
  return instance;
}

}  // namespace

std::string_view name(MemoryTag tag) {
  constexpr std::array<std::string_view, memory_tags> names = {"parameters", "gradient", "tokens",
                                                               "state",      "slice",    "result"};
  return names.at(static_cast<std::size_t>(tag));
}

namespace ledger {

MemoryUse now() {
  const std::lock_guard lock(the_ledger().mutex);
  return the_ledger().now;
}

MemoryUse peak() {
  const std::lock_guard lock(the_ledger().mutex);
  return the_ledger().peak;
}

void reset_peak() {
  const std::lock_guard lock(the_ledger().mutex);
  the_ledger().peak = the_ledger().now;
}

void* allocate(MemoryTag tag, std::size_t bytes) {
  void* address = ::operator new(bytes, alignment);
  the_ledger().enter(tag, static_cast<std::int64_t>(bytes));
  return address;
}

void release(MemoryTag tag, std::size_t bytes, void* address) noexcept {
  the_ledger().enter(tag, -static_cast<std::int64_t>(bytes));
  ::operator delete(address, alignment);
}

}  // namespace ledger
}  // namespace slim
