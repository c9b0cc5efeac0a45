// SPDX-License-Identifier: Apache-2.0
// Replaces the C library's allocator to count all heap use of the program that links it. Direct
// memory mappings and the stack are not counted. Cannot be combined with the address sanitizer,
// which replaces the allocator too.
#include "experiments/measures/heap.hpp"

#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

extern "C" {
// The C library's functions, under the names that it provides for replacements of malloc.
// NOLINTBEGIN(bugprone-reserved-identifier)
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void __libc_free(void*) noexcept;
// NOLINTEND(bugprone-reserved-identifier)
}

namespace {

constinit std::atomic<std::int64_t> heap_now{0};
constinit std::atomic<std::int64_t> heap_peak{0};

void count(std::int64_t bytes) noexcept {
  const std::int64_t now = heap_now.fetch_add(bytes, std::memory_order_relaxed) + bytes;
  std::int64_t peak = heap_peak.load(std::memory_order_relaxed);
  while (now > peak && !heap_peak.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

std::int64_t size_of(void* address) noexcept {
  return address == nullptr ? 0 : static_cast<std::int64_t>(malloc_usable_size(address));
}

void* counted(void* address) noexcept {
  count(size_of(address));
  return address;
}

}  // namespace

extern "C" {

void* malloc(std::size_t bytes) noexcept {
  return counted(__libc_malloc(bytes));
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
  return counted(__libc_calloc(count, bytes));
}

void* realloc(void* address, std::size_t bytes) noexcept {
  const std::int64_t before = size_of(address);
  void* moved = __libc_realloc(address, bytes);
  if (moved != nullptr || bytes == 0) count(size_of(moved) - before);
  return moved;
}

void free(void* address) noexcept {
  count(-size_of(address));
  __libc_free(address);
}

void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  return counted(__libc_memalign(alignment, bytes));
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return counted(__libc_memalign(alignment, bytes));
}

int posix_memalign(void** result, std::size_t alignment, std::size_t bytes) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* address = __libc_memalign(alignment, bytes);
  if (address == nullptr) return ENOMEM;
  *result = counted(address);
  return 0;
}

}  // extern "C"

namespace slim::experiments {

std::optional<HeapUse> heap_use() {
  return HeapUse{.now = heap_now.load(), .peak = heap_peak.load()};
}

void reset_heap_peak() {
  heap_peak.store(heap_now.load());
}

}  // namespace slim::experiments
