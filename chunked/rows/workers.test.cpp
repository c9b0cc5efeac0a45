// SPDX-License-Identifier: Apache-2.0
#include "chunked/rows/workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace slim::chunked {
namespace {

TEST(Workers, RunEveryTaskOnceInEveryRound) {
  for (const int threads : {1, 2, 3}) {
    Workers workers(threads);
    std::vector<std::atomic<int>> calls(37);
    constexpr int rounds = 200;
    for (int round = 0; round < rounds; ++round) {
      workers.run(37, [&](Index i) { ++calls[static_cast<std::size_t>(i)]; });
    }
    for (const auto& count : calls) EXPECT_EQ(count, rounds) << threads << " threads";
  }
}

TEST(Workers, RunNothingWithoutTasks) {
  Workers workers(2);
  bool called = false;
  workers.run(0, [&](Index) { called = true; });
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace slim::chunked
