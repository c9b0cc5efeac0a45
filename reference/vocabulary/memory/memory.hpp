// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

namespace slim {

/// The purpose of a block of memory. Every array whose size depends on the problem is allocated
/// under one of these; Eigen's own packing buffers are not, and are measured from outside.
enum class MemoryTag {
  parameters,  ///< theta and the random projections
  gradient,    ///< the gradient of theta
  tokens,      ///< token ids and the mask
  state,       ///< prefix sums at slice boundaries, and their gradients
  slice,       ///< activations and workspace of a slice
  result,      ///< requested results beyond the gradient, such as logits
};
inline constexpr std::size_t memory_tags = 6;
std::string_view name(MemoryTag tag);

/// Bytes in use by tag, as requested, without the overhead of the allocator.
struct MemoryUse {
  std::array<std::int64_t, memory_tags> by_tag{};
  /// All tags but parameters and gradient together; in a peak, the peak of this sum.
  std::int64_t beyond_parameters = 0;

  [[nodiscard]] std::int64_t of(MemoryTag tag) const {
    return by_tag.at(static_cast<std::size_t>(tag));
  }
};

/// The ledger that records every Buffer of the process. Thread-safe and exact.
namespace ledger {
MemoryUse now();
/// The largest use since the last reset_peak, separately for each entry.
MemoryUse peak();
void reset_peak();

void* allocate(MemoryTag tag, std::size_t bytes);
void release(MemoryTag tag, std::size_t bytes, void* address) noexcept;
}  // namespace ledger

/// A fixed-size array of `T` recorded in the ledger, aligned to 64 bytes, value-initialised.
/// Copying copies the values under the same tag.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(MemoryTag tag, std::ptrdiff_t size)
      : tag_(tag), size_(size), data_(acquire(tag, static_cast<std::size_t>(size))) {
    std::uninitialized_value_construct_n(data_, size_);
  }
  Buffer(const Buffer& other)
      : tag_(other.tag_),
        size_(other.size_),
        data_(acquire(other.tag_, static_cast<std::size_t>(other.size_))) {
    std::uninitialized_copy_n(other.data_, size_, data_);
  }
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(const Buffer& other) {
    if (this == &other) return *this;
    if (size_ == other.size_ && tag_ == other.tag_) {
      std::copy_n(other.data_, size_, data_);
    } else {
      Buffer copy(other);
      swap(copy);
    }
    return *this;
  }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~Buffer() {
    if (data_ == nullptr) return;
    std::destroy_n(data_, size_);
    ledger::release(tag_, static_cast<std::size_t>(size_) * sizeof(T), data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  [[nodiscard]] std::ptrdiff_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T& operator[](std::ptrdiff_t i) { return data_[i]; }
  const T& operator[](std::ptrdiff_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  std::span<T> span() { return {data_, static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data_, static_cast<std::size_t>(size_)}; }

 private:
  static T* acquire(MemoryTag tag, std::size_t size) {
    if (size > (std::size_t{1} << 48) / sizeof(T)) throw std::bad_array_new_length();
    return size == 0 ? nullptr : static_cast<T*>(ledger::allocate(tag, size * sizeof(T)));
  }
  void swap(Buffer& other) noexcept {
    std::swap(tag_, other.tag_);
    std::swap(size_, other.size_);
    std::swap(data_, other.data_);
  }

  MemoryTag tag_ = MemoryTag::slice;
  std::ptrdiff_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace slim
