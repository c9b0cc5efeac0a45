// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"

#include <memory>
#include <optional>

namespace slim {

/// A write outside a block of the ledger.
struct Overrun {
  const void* block = nullptr;  ///< its first byte; the block may have been released since
  std::int64_t bytes = 0;       ///< its size
  MemoryTag tag = MemoryTag::slice;
  bool past_end = false;  ///< else before its first byte
};

/// Watches the blocks that this thread allocates in the ledger during the lifetime of the watch:
/// counts them separately from other threads, and puts 64 guard bytes before and after each.
///
/// All bits of a guard are ones, which is a NaN in every scalar type and an invalid token: code
/// that reads one shows it in its result, and `overrun` reports a write into one, also after the
/// block is released. Guards are not counted, and addresses remain multiples of 64. A nested watch
/// is part of the outer one: bytes count in both. Blocks that outlive their watches keep their
/// guards, unwatched. Must be destroyed by its own thread, the innermost first. Costs nothing where
/// there is no watch.
class MemoryWatch {
 public:
  MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  ~MemoryWatch();

  /// The largest use since the watch began, separately for each entry; units: bytes.
  [[nodiscard]] MemoryUse peak() const;
  /// The first write into a guard that was noticed, when its block was released or by this call.
  [[nodiscard]] std::optional<Overrun> overrun() const;

  /// The data of a watch.
  struct Record;

 private:
  std::unique_ptr<Record> record_;
};

namespace ledger {

/// Allocates a guarded block in this thread's watch; null without a watch. Throws std::bad_alloc.
void* allocate_watched(MemoryTag tag, std::size_t bytes);
/// Releases the block if it is a guarded one, and returns whether it is.
bool release_watched(void* address) noexcept;

}  // namespace ledger
}  // namespace slim
