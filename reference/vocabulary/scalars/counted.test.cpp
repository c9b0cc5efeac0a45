// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/counted.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

class CountedNumbers : public testing::Test {
 protected:
  CountedNumbers() { Counted::operations() = {}; }
};

TEST_F(CountedNumbers, CountOperationsByKind) {
  const Counted x = (Counted(1.0) + Counted(2.0)) * Counted(3.0) / Counted(4.0) - exp(Counted(0.0));
  EXPECT_EQ(static_cast<double>(x), 1.25);
  const Operations& done = Counted::operations();
  EXPECT_EQ(done.additions, 2);
  EXPECT_EQ(done.multiplications, 1);
  EXPECT_EQ(done.divisions, 1);
  EXPECT_EQ(done.elementary, 1);
}

TEST_F(CountedNumbers, HaveTheDepthOfTheirLongestChain) {
  const Counted one(1.0);
  const Counted sum = one + one;
  const Counted longer = sqrt(sum * sum);
  EXPECT_EQ(one.depth(), 0);
  EXPECT_EQ(sum.depth(), 1);
  EXPECT_EQ(longer.depth(), 3);
  EXPECT_EQ((sum + longer).depth(), 4);
  EXPECT_EQ((longer / one).depth(), 4);
  EXPECT_EQ((-longer).depth(), 3) << "free";
  EXPECT_EQ(abs(longer).depth(), 3) << "free";
  Counted running(0.0);
  for (int i = 0; i < 10; ++i) running += one;
  EXPECT_EQ(running.depth(), 10);
}

TEST_F(CountedNumbers, RecordTheLargestDepthSinceTheReset) {
  const Counted one(1.0);
  const Counted deep = one + one + one + one;
  static_cast<void>(one * one);
  EXPECT_EQ(Counted::operations().depth, 3);
  Counted::operations() = {};
  static_cast<void>(one * one);
  EXPECT_EQ(Counted::operations().depth, 1);
  static_cast<void>(deep * one);
  EXPECT_EQ(Counted::operations().depth, 4) << "earlier numbers keep their depth";
}

}  // namespace
}  // namespace slim
