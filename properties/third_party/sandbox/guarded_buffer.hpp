#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace slim::properties::foreign {

/// Bytes that end where 2 MiB begin that nobody may touch, and stand behind as many. What is left
/// of their first page holds a pattern.
class GuardedBuffer {
 public:
  /// Throws std::bad_alloc.
  GuardedBuffer(std::string name, std::size_t size);
  GuardedBuffer(const GuardedBuffer&) = delete;
  GuardedBuffer& operator=(const GuardedBuffer&) = delete;
  ~GuardedBuffer();

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
  static constexpr auto filling = std::byte{0xff};  ///< in all bytes: a NaN in every width
  void fill_with_nan();
  void forbid_writing();
  /// Whether the pattern before the first byte is as it was.
  [[nodiscard]] bool is_sound() const;

  /// From here on a fault within the pages of a buffer is answered as a JSON-RPC error that names
  /// the buffer and whether it was beside it or on it, and ends the process; any other fault is the
  /// signal that it was.
  static void catch_faults();
  /// Where such an answer goes, and to which request.
  static void set_answer_of_faults(int descriptor, const std::string& id);

 private:
  std::string name_;
  std::size_t size_;
  std::byte* pages_ = nullptr;  ///< the first, which begins a guard
  std::size_t page_bytes_ = 0;  ///< both guards included
  std::byte* data_ = nullptr;
};

}  // namespace slim::properties::foreign
