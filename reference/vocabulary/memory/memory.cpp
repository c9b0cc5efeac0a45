// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/memory/memory.hpp"

#include "reference/vocabulary/memory/memory_account.hpp"
#include "reference/vocabulary/memory/memory_watch.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <mutex>
#include <new>

namespace slim {
namespace {

constexpr std::align_val_t alignment{64};

struct Ledger {
  std::mutex mutex;
  MemoryAccount account;

  void enter(MemoryTag tag, std::int64_t bytes) {
    const std::lock_guard lock(mutex);
    account.enter(tag, bytes);
  }
};

/// Requests pages of 2 MiB where whole ones fit into a large block: the first access then costs one
/// page fault per 2 MiB instead of 4 KiB. The ends keep small pages, so that the process holds no
/// more memory than requested. This is a hint: systems without such pages ignore it.
void advise_large_pages(void* address, std::size_t bytes) {
  constexpr std::uintptr_t page = std::uintptr_t{1} << 21;
  if (bytes < 4 * page) return;
  const auto begin = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t first = (begin + page - 1) / page * page;
  const std::uintptr_t last = (begin + bytes) / page * page;
  madvise(static_cast<char*>(address) + (first - begin), last - first, MADV_HUGEPAGE);
}

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
  return the_ledger().account.now;
}

MemoryUse peak() {
  const std::lock_guard lock(the_ledger().mutex);
  return the_ledger().account.peak;
}

void reset_peak() {
  const std::lock_guard lock(the_ledger().mutex);
  the_ledger().account.peak = the_ledger().account.now;
}

void* allocate(MemoryTag tag, std::size_t bytes) {
  void* address = allocate_watched(tag, bytes);
  if (address == nullptr) {
    address = ::operator new(bytes, alignment);
    advise_large_pages(address, bytes);
  }
  the_ledger().enter(tag, static_cast<std::int64_t>(bytes));
  return address;
}

void release(MemoryTag tag, std::size_t bytes, void* address) noexcept {
  the_ledger().enter(tag, -static_cast<std::int64_t>(bytes));
  if (!release_watched(address)) ::operator delete(address, alignment);
}

}  // namespace ledger
}  // namespace slim
