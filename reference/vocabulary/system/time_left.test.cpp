// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/time_left.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

TEST(TimeLeft, IsUnknownBeforeAnyStepIsFinished) {
  const TimeLeft time({{.kinds = {"a"}}, {.kinds = {"b"}}});
  EXPECT_FALSE(time.left().is_whole);
  EXPECT_EQ(in_words(time.left()), "");
}

TEST(TimeLeft, IsZeroWhenAllStepsAreFinished) {
  TimeLeft time({{.kinds = {"a"}}});
  time.finish(0, 5.0);
  EXPECT_EQ(in_words(time.left()), "0 s left");
}

TEST(TimeLeft, ScalesTheNearestStepOfTheKindByWeight) {
  TimeLeft time({{.kinds = {"a"}, .weight = 1.0},
                 {.kinds = {"a"}, .weight = 100.0},
                 {.kinds = {"a"}, .weight = 200.0}});
  time.finish(0, 1.0);  // mostly a constant time per step
  EXPECT_DOUBLE_EQ(time.left().seconds, 300.0);
  time.finish(1, 2.0);
  EXPECT_DOUBLE_EQ(time.left().seconds, 4.0);
  EXPECT_TRUE(time.left().is_whole);
}

TEST(TimeLeft, AveragesStepsOfEqualWeight) {
  TimeLeft time({{.kinds = {"a"}}, {.kinds = {"a"}}, {.kinds = {"a"}}});
  time.finish(0, 1.0);
  time.finish(1, 3.0);
  EXPECT_DOUBLE_EQ(time.left().seconds, 2.0);
}

TEST(TimeLeft, UsesTheMostSpecificKindWithAFinishedStep) {
  TimeLeft time({{.kinds = {"a1", "a"}}, {.kinds = {"a2", "a"}}, {.kinds = {"a1", "a"}}});
  time.finish(0, 10.0);
  EXPECT_DOUBLE_EQ(time.left().seconds, 20.0);
  time.finish(1, 1.0);
  EXPECT_DOUBLE_EQ(time.left().seconds, 10.0) << "like the other a1";
}

// A regression test: when all kinds shared one rate, thousands of fast exact counts before slow
// samples made the estimate fall from 7 h to 15 s for 8 minutes.
TEST(TimeLeft, IsALowerBoundWhileAKindIsUnknown) {
  std::vector<Step> steps(1000, Step{.kinds = {"counts"}, .weight = 1.0});
  for (int i = 0; i < 10; ++i) steps.push_back({.kinds = {"samples"}, .weight = 1e-3});
  TimeLeft time(steps);
  for (std::size_t i = 0; i < 500; ++i) time.finish(i, 0.01);
  EXPECT_NEAR(time.left().seconds, 5.0, 1e-9);
  EXPECT_EQ(in_words(time.left()), "at least 5 s left");
  for (std::size_t i = 500; i < 1000; ++i) time.finish(i, 0.01);
  time.finish(1000, 50.0);
  EXPECT_EQ(in_words(time.left()), "7 min 30 s left");
}

TEST(TimeLeft, CountsStepsThatRunAtTheSameTime) {
  TimeLeft time({{.kinds = {"a"}, .at_once = 2},
                 {.kinds = {"a"}, .at_once = 2},
                 {.kinds = {"a"}, .at_once = 2}});
  time.finish(0, 10.0);
  EXPECT_DOUBLE_EQ(time.left().seconds, 10.0);
}

TEST(TimeLeft, IsPrintedInSecondsMinutesAndHours) {
  EXPECT_EQ(in_words(std::chrono::seconds(12)), "12 s");
  EXPECT_EQ(in_words(std::chrono::seconds(185)), "3 min 05 s");
  EXPECT_EQ(in_words(std::chrono::seconds(7800)), "2 h 10 min");
}

}  // namespace
}  // namespace slim
