// SPDX-License-Identifier: Apache-2.0
#include "chunked/counted_allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

std::atomic<long> allocations{0};

void* counted(void* address) {
  ++allocations;
  if (address == nullptr) throw std::bad_alloc();
  return address;
}

}  // namespace

namespace slim::chunked {

long counted_allocations() {
  return allocations;
}

}  // namespace slim::chunked

void* operator new(std::size_t size) {
  return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
void operator delete(void* address) noexcept {
  std::free(address);
}
void operator delete(void* address, std::size_t /*size*/) noexcept {
  std::free(address);
}
void operator delete(void* address, std::align_val_t /*alignment*/) noexcept {
  std::free(address);
}
void operator delete(void* address, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  std::free(address);
}
