// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/memory/heads.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>

namespace slim {
namespace {

constexpr HeadsSizes sizes{.batch = 2, .heads = 2, .rows = 3, .cols = 2};

TEST(Heads, AreConsecutiveMatrices) {
  Heads<double> heads(sizes, MemoryTag::result);
  std::iota(heads.values().begin(), heads.values().end(), 0.0);
  EXPECT_EQ(heads(1, 0)(0, 0), 12.0);
  EXPECT_EQ(heads(1, 1)(2, 1), 23.0);
  EXPECT_EQ(heads.view()(1, 1)(2, 1), 23.0);
  EXPECT_EQ(converted<float>(heads, MemoryTag::result)(0, 1)(1, 1), 9.0F);
}

TEST(Heads, KeepTheirMemoryIfTheSizesAreUnchanged) {
  Heads<double> heads(sizes, MemoryTag::result);
  const double* before = heads.values().data();
  heads.values()[0] = 7.0;
  heads.resize(sizes, MemoryTag::result);
  EXPECT_EQ(heads.values().data(), before);
  EXPECT_EQ(heads.values()[0], 7.0);
  heads.resize({.batch = 1, .heads = 1, .rows = 1, .cols = 1}, MemoryTag::result);
  EXPECT_EQ(heads.values().size(), 1U);
  EXPECT_EQ(heads.values()[0], 0.0);
}

TEST(HeadsView, SupportsAnyStrides) {
  // [L, B, H, D] in memory, viewed as [B, H, L, D].
  std::array<double, 24> memory{};
  std::iota(memory.begin(), memory.end(), 0.0);
  const HeadsView<double> view{.data = memory.data(),
                               .sizes = sizes,
                               .strides = {.batch = 4, .heads = 2, .rows = 8, .cols = 1}};
  EXPECT_EQ(view(0, 0), (Matrix<double>(3, 2) << 0, 1, 8, 9, 16, 17).finished());
  EXPECT_EQ(view(1, 1)(2, 0), 22.0);
  // The same transposed: rows are adjacent, columns are strided.
  const HeadsView<double> transposed{.data = memory.data(),
                                     .sizes = {.batch = 1, .heads = 1, .rows = 2, .cols = 3},
                                     .strides = {.rows = 1, .cols = 8}};
  EXPECT_EQ(transposed(0, 0), view(0, 0).transpose());
}

TEST(HeadsView, RepeatsAnEntryAlongAStrideOfZero) {
  const double one = 1.0;
  const HeadsView<double> view{.data = &one, .sizes = sizes};
  EXPECT_EQ(view(1, 1), (Matrix<double>::Ones(3, 2)));
  EXPECT_TRUE(HeadsView<double>{}.empty());
}

}  // namespace
}  // namespace slim
