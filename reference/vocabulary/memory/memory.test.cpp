// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/memory/memory.hpp"

#include <gtest/gtest.h>

#include <new>
#include <thread>
#include <vector>

namespace slim {
namespace {

/// Memory use relative to the beginning of the test.
class Ledger : public testing::Test {
 protected:
  Ledger() { ledger::reset_peak(); }
  [[nodiscard]] std::int64_t now(MemoryTag tag) const {
    return ledger::now().of(tag) - before_.of(tag);
  }
  [[nodiscard]] std::int64_t peak(MemoryTag tag) const {
    return ledger::peak().of(tag) - before_.of(tag);
  }
  [[nodiscard]] std::int64_t peak_beyond() const {
    return ledger::peak().beyond_parameters - before_.beyond_parameters;
  }

 private:
  MemoryUse before_ = ledger::now();
};

TEST_F(Ledger, CountsEveryByteWhileItIsInUse) {
  {
    const Buffer<float> a(MemoryTag::slice, 10);
    const Buffer<double> b(MemoryTag::state, 3);
    EXPECT_EQ(now(MemoryTag::slice), 40);
    EXPECT_EQ(now(MemoryTag::state), 24);
    for (const float x : a) EXPECT_EQ(x, 0.0F);
  }
  EXPECT_EQ(now(MemoryTag::slice), 0);
  EXPECT_EQ(peak(MemoryTag::slice), 40);
}

TEST_F(Ledger, HasThePeakOfTheSumNotTheSumOfThePeaks) {
  { const Buffer<char> a(MemoryTag::slice, 100); }
  { const Buffer<char> b(MemoryTag::state, 60); }
  { const Buffer<char> c(MemoryTag::gradient, 1000); }
  EXPECT_EQ(peak_beyond(), 100);
  EXPECT_EQ(peak(MemoryTag::state), 60);
  ledger::reset_peak();
  EXPECT_EQ(peak_beyond(), 0);
}

TEST_F(Ledger, CountsCopiesOnceAndMovesNotAtAll) {
  Buffer<int> a(MemoryTag::tokens, 4);
  a[2] = 7;
  Buffer<int> copy = a;
  EXPECT_EQ(copy[2], 7);
  EXPECT_EQ(now(MemoryTag::tokens), 32);
  const Buffer<int> moved = std::move(copy);
  EXPECT_EQ(now(MemoryTag::tokens), 32);
  EXPECT_EQ(moved[2], 7);
  a = moved;  // same size: copied in place
  EXPECT_EQ(peak(MemoryTag::tokens), 32);
}

TEST_F(Ledger, CountsBytesOfAllThreads) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 1000; ++n) const Buffer<char> block(MemoryTag::result, 16);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(now(MemoryTag::result), 0);
  EXPECT_GE(peak(MemoryTag::result), 16);
  EXPECT_LE(peak(MemoryTag::result), 64);
}

TEST_F(Ledger, RejectsImpossibleSizes) {
  EXPECT_THROW(Buffer<double>(MemoryTag::slice, std::ptrdiff_t{1} << 61), std::bad_alloc);
  EXPECT_THROW(Buffer<double>(MemoryTag::slice, -1), std::bad_alloc);
  EXPECT_EQ(now(MemoryTag::slice), 0);
}

}  // namespace
}  // namespace slim
