#pragma once

#include "reference/vocabulary/memory/memory.hpp"

#include <memory>
#include <optional>

namespace slim {

/// A write beside a block of the ledger.
struct Overrun {
  const void* block = nullptr;  ///< its first byte; it may have been released since
  std::int64_t bytes = 0;       ///< its size
  MemoryTag tag = MemoryTag::slice;
  bool past_end = false;  ///< else before its beginning
};

/// Watches the blocks that this thread enters in the ledger while it lives: counts them by
/// themselves, whatever other threads do, and puts a fence of 64 bytes before and behind each.
///
/// A fence is full of ones, which are a NaN in every width and no token: who reads one shows it in
/// his answer, who writes into one is told by `overrun`, whether the block still lives or not.
/// Fences are counted nowhere, and addresses stay multiples of 64. A watch within another is part
/// of it: bytes count in both. Blocks that outlive their watches keep their fences, unwatched.
/// To be destroyed by its own thread, the innermost first. Cost: nothing where there is no watch.
class MemoryWatch {
 public:
  MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  ~MemoryWatch();

  /// The largest use since it began, each entry for itself; units: bytes.
  [[nodiscard]] MemoryUse peak() const;
  /// The first write into a fence that was noticed: when its block was released, or now.
  [[nodiscard]] std::optional<Overrun> overrun() const;

  /// What a watch knows.
  struct Record;

 private:
  std::unique_ptr<Record> record_;
};

namespace ledger {

/// A fenced block for the watch of this thread; null where there is none. Throws std::bad_alloc.
void* allocate_watched(MemoryTag tag, std::size_t bytes);
/// Releases a fenced block; whether it was one.
bool release_watched(void* address) noexcept;

}  // namespace ledger
}  // namespace slim
