// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/memory/memory_watch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace slim {
namespace {

/// Writes a byte at a distance from the first byte of a buffer.
template <class T>
void corrupt(Buffer<T>& buffer, std::ptrdiff_t distance) {
  *(reinterpret_cast<unsigned char*>(buffer.data()) + distance) = 0;
}

TEST(MemoryWatch, DetectsAByteWrittenOutsideABlock) {
  for (const std::ptrdiff_t distance : {-64, -1, 12, 75}) {
    const MemoryWatch watch;
    const Buffer<float> sound(MemoryTag::state, 4);
    Buffer<float> block(MemoryTag::slice, 3);
    EXPECT_FALSE(watch.overrun());
    corrupt(block, 0);
    corrupt(block, 11);
    EXPECT_FALSE(watch.overrun()) << "writes inside the block are allowed";
    corrupt(block, distance);
    const std::optional<Overrun> overrun = watch.overrun();
    ASSERT_TRUE(overrun) << distance;
    EXPECT_EQ(overrun->block, block.data());
    EXPECT_EQ(overrun->bytes, 12);
    EXPECT_EQ(overrun->tag, MemoryTag::slice);
    EXPECT_EQ(overrun->past_end, distance > 0);
  }
}

TEST(MemoryWatch, RemembersAnOverrunOfAReleasedBlock) {
  const MemoryWatch watch;
  {
    Buffer<double> block(MemoryTag::slice, 2);
    corrupt(block, 16);
  }
  ASSERT_TRUE(watch.overrun());
  EXPECT_EQ(watch.overrun()->bytes, 16);
}

TEST(MemoryWatch, GuardsAreNan) {
  const MemoryWatch watch;
  const Buffer<float> narrow(MemoryTag::slice, 1);
  const Buffer<double> wide(MemoryTag::slice, 1);
  EXPECT_TRUE(std::isnan(*(narrow.data() + 1)));
  EXPECT_TRUE(std::isnan(*(wide.data() - 1)));
}

TEST(MemoryWatch, CountsItsOwnThreadOnlyWithoutGuards) {
  const std::int64_t before = ledger::now().of(MemoryTag::slice);
  const Buffer<char> earlier(MemoryTag::slice, 1000);
  const MemoryWatch watch;
  std::thread([] { const Buffer<char> elsewhere(MemoryTag::slice, 1000); }).join();
  { const Buffer<float> a(MemoryTag::slice, 10); }
  const Buffer<double> b(MemoryTag::state, 3);
  EXPECT_EQ(watch.peak().of(MemoryTag::slice), 40);
  EXPECT_EQ(watch.peak().of(MemoryTag::state), 24);
  EXPECT_EQ(watch.peak().beyond_parameters, 40);
  EXPECT_EQ(ledger::now().of(MemoryTag::slice) - before, 1000)
      << "the ledger does not count guards either";
}

TEST(MemoryWatch, IncludesNestedWatches) {
  const MemoryWatch outer;
  Buffer<char> kept;
  {
    const MemoryWatch inner;
    kept = Buffer<char>(MemoryTag::state, 8);
    EXPECT_EQ(inner.peak().of(MemoryTag::state), 8);
  }
  corrupt(kept, 8);
  EXPECT_TRUE(outer.overrun()) << "blocks that outlive the inner watch belong to the outer";
  kept = {};
  const Buffer<char> after(MemoryTag::state, 6);
  EXPECT_EQ(outer.peak().of(MemoryTag::state), 8);
}

TEST(MemoryWatch, AllowsBlocksToOutliveIt) {
  const std::int64_t before = ledger::now().of(MemoryTag::result);
  Buffer<int> kept;
  {
    const MemoryWatch watch;
    kept = Buffer<int>(MemoryTag::result, 5);
    kept[4] = 7;
  }
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(kept.data()) % 64, 0U);
  EXPECT_EQ(kept[4], 7);
  kept = {};
  EXPECT_EQ(ledger::now().of(MemoryTag::result), before);
}

}  // namespace
}  // namespace slim
