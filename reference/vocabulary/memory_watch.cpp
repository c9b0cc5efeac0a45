#include "reference/vocabulary/memory_watch.hpp"

#include "reference/vocabulary/memory_account.hpp"

#include <atomic>
#include <cstring>
#include <mutex>
#include <unordered_map>

namespace slim {

struct MemoryWatch::Record {
  MemoryAccount account{};
  std::optional<Overrun> overrun{};
  Record* around = nullptr;  ///< the watch that this one is within
};

namespace {

constexpr std::size_t fence_bytes = 64;
constexpr std::align_val_t fenced_alignment{fence_bytes};
constexpr unsigned char fence = 0xff;

struct Block {
  std::int64_t bytes;
  MemoryTag tag;
  MemoryWatch::Record* watch;  ///< null: it outlived its watches
};

/// Every fenced block of the process.
struct Fenced {
  std::mutex mutex;
  std::unordered_map<void*, Block> blocks;
  std::atomic<std::size_t> count{0};  ///< of blocks, to be read without the mutex
};

Fenced& fenced() {
  static auto& instance = *new Fenced;  // outlives every static that has a block
  return instance;
}

thread_local MemoryWatch::Record* innermost = nullptr;

bool stands(const unsigned char* first) {
  return std::all_of(first, first + fence_bytes, [](unsigned char byte) { return byte == fence; });
}

std::optional<Overrun> overrun_of(const void* address, const Block& block) {
  const auto* first = static_cast<const unsigned char*>(address);
  const bool before = stands(first - fence_bytes);
  const bool behind = stands(first + block.bytes);
  if (before && behind) return std::nullopt;
  return Overrun{.block = address, .bytes = block.bytes, .tag = block.tag, .past_end = before};
}

void enter(MemoryWatch::Record* watch, MemoryTag tag, std::int64_t bytes) {
  for (; watch != nullptr; watch = watch->around) watch->account.enter(tag, bytes);
}

}  // namespace

MemoryWatch::MemoryWatch() : record_(std::make_unique<Record>()) {
  record_->around = innermost;
  innermost = record_.get();
}

MemoryWatch::~MemoryWatch() {
  innermost = record_->around;
  const std::lock_guard lock(fenced().mutex);
  for (auto& [address, block] : fenced().blocks) {
    if (block.watch == record_.get()) block.watch = record_->around;
  }
}

MemoryUse MemoryWatch::peak() const {
  const std::lock_guard lock(fenced().mutex);
  return record_->account.peak;
}

std::optional<Overrun> MemoryWatch::overrun() const {
  const std::lock_guard lock(fenced().mutex);
  if (record_->overrun) return record_->overrun;
  for (const auto& [address, block] : fenced().blocks) {
    if (block.watch != record_.get()) continue;
    if (std::optional<Overrun> found = overrun_of(address, block)) return found;
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
  const Block block{.bytes = static_cast<std::int64_t>(bytes), .tag = tag, .watch = innermost};
  const std::lock_guard lock(fenced().mutex);
  fenced().blocks.emplace(address, block);
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
    const Block& block = found->second;
    if (block.watch != nullptr && !block.watch->overrun) {
      block.watch->overrun = overrun_of(address, block);
    }
    enter(block.watch, block.tag, -block.bytes);
    fenced().blocks.erase(found);
    --fenced().count;
  }
  ::operator delete(static_cast<unsigned char*>(address) - fence_bytes, fenced_alignment);
  return true;
}

}  // namespace ledger
}  // namespace slim
