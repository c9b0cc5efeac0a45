// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/memory/memory_watch.hpp"

#include "reference/vocabulary/memory/memory_account.hpp"

#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace slim {

struct MemoryWatch::Record {
  struct Block;

  MemoryAccount account{};
  std::optional<Overrun> overrun{};
  Record* around = nullptr;  ///< the enclosing watch
  Block* newest = nullptr;   ///< newest block not yet released
};

/// A block of a watch that is not yet released. The blocks of a watch are a list, so that ending a
/// watch and checking its guards do not traverse the blocks of others.
struct MemoryWatch::Record::Block {
  const void* address;
  std::int64_t bytes;
  MemoryTag tag;
  Record* watch;  ///< null: the block outlived its watches
  Block* older = nullptr;
  Block* newer = nullptr;
};

namespace {

using Block = MemoryWatch::Record::Block;

constexpr std::size_t fence_bytes = 64;
constexpr std::align_val_t fenced_alignment{fence_bytes};
constexpr unsigned char fence = 0xff;

/// Every guarded block of the process.
struct Fenced {
  std::mutex mutex;
  std::unordered_map<void*, Block> blocks;  ///< nodes with stable addresses
  std::atomic<std::size_t> count{0};        ///< the number of blocks, readable without the mutex
};

Fenced& fenced() {
  static auto& instance = *new Fenced;  // outlives every static object that has a block
  return instance;
}

thread_local MemoryWatch::Record* innermost = nullptr;

bool stands(const unsigned char* first) {
  return std::all_of(first, first + fence_bytes, [](unsigned char byte) { return byte == fence; });
}

std::optional<Overrun> overrun_of(const Block& block) {
  const auto* first = static_cast<const unsigned char*>(block.address);
  const bool before = stands(first - fence_bytes);
  const bool behind = stands(first + block.bytes);
  if (before && behind) return std::nullopt;
  return Overrun{
      .block = block.address, .bytes = block.bytes, .tag = block.tag, .past_end = before};
}

void enter(MemoryWatch::Record* watch, MemoryTag tag, std::int64_t bytes) {
  for (; watch != nullptr; watch = watch->around) watch->account.enter(tag, bytes);
}

void link(Block& block, MemoryWatch::Record* watch) {
  block.watch = watch;
  block.newer = nullptr;
  block.older = watch != nullptr ? watch->newest : nullptr;
  if (block.older != nullptr) block.older->newer = &block;
  if (watch != nullptr) watch->newest = &block;
}

void unlink(Block& block) {
  if (block.older != nullptr) block.older->newer = block.newer;
  if (block.newer != nullptr) {
    block.newer->older = block.older;
  } else if (block.watch != nullptr) {
    block.watch->newest = block.older;
  }
}

}  // namespace

MemoryWatch::MemoryWatch() : record_(std::make_unique<Record>()) {
  record_->around = innermost;
  innermost = record_.get();
}

MemoryWatch::~MemoryWatch() {
  innermost = record_->around;
  const std::lock_guard lock(fenced().mutex);
  while (record_->newest != nullptr) {
    Block& block = *record_->newest;
    unlink(block);
    link(block, record_->around);
  }
}

MemoryUse MemoryWatch::peak() const {
  const std::lock_guard lock(fenced().mutex);
  return record_->account.peak;
}

std::optional<Overrun> MemoryWatch::overrun() const {
  const std::lock_guard lock(fenced().mutex);
  if (record_->overrun) return record_->overrun;
  for (const Block* block = record_->newest; block != nullptr; block = block->older) {
    if (std::optional<Overrun> found = overrun_of(*block)) return found;
  }
  return std::nullopt;
}

namespace ledger {

void* allocate_watched(MemoryTag tag, std::size_t bytes) {
  if (innermost == nullptr) return nullptr;
  auto* base =
      static_cast<unsigned char*>(::operator new(bytes + 2 * fence_bytes, fenced_alignment));
  void* address = base + fence_bytes;
  std::memset(base, fence, fence_bytes);
  std::memset(base + fence_bytes + bytes, fence, fence_bytes);
  const Block entered{.address = address,
                      .bytes = static_cast<std::int64_t>(bytes),
                      .tag = tag,
                      .watch = innermost};
  const std::lock_guard lock(fenced().mutex);
  Block& block = fenced().blocks.emplace(address, entered).first->second;
  link(block, innermost);
  ++fenced().count;
  enter(block.watch, tag, block.bytes);
  return address;
}

bool release_watched(void* address) noexcept {
  if (fenced().count == 0) return false;
  {
    const std::lock_guard lock(fenced().mutex);
    const auto found = fenced().blocks.find(address);
    if (found == fenced().blocks.end()) return false;
    Block& block = found->second;
    if (block.watch != nullptr && !block.watch->overrun) block.watch->overrun = overrun_of(block);
    enter(block.watch, block.tag, -block.bytes);
    unlink(block);
    fenced().blocks.erase(found);
    --fenced().count;
  }
  ::operator delete(static_cast<unsigned char*>(address) - fence_bytes, fenced_alignment);
  return true;
}

}  // namespace ledger
}  // namespace slim
