// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace slim::properties::foreign {

/// A buffer between two inaccessible regions of 2 MiB each, which ends where the second begins. The
/// rest of its first page, before the buffer, holds a pattern.
class GuardedBuffer {
 public:
  /// Throws std::bad_alloc.
  GuardedBuffer(std::string name, std::size_t size);
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
  static constexpr auto filling = std::byte{0xff};  ///< of every byte: a NaN in every scalar
  void fill_with_nan();
  void forbid_writing();
  /// True if the pattern before the first byte is unchanged.
  [[nodiscard]] bool is_sound() const;

  /// After this call, a memory fault in the pages of a buffer is reported as a JSON-RPC error that
  /// names the buffer and says whether the access was outside of it or a write into it, and ends
  /// the process. Other memory faults end the process by their signal.
  static void catch_faults();
  /// The descriptor for that error, and the id of the current request.
  static void set_answer_of_faults(int descriptor, const std::string& id);

 private:
  std::string name_;
  std::size_t size_;
  std::byte* pages_ = nullptr;  ///< the first page, which begins a guard
  std::size_t page_bytes_ = 0;  ///< both guards included
  std::byte* data_ = nullptr;
};

}  // namespace slim::properties::foreign
