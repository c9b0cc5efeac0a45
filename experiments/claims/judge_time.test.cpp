// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

/// Three samples at each of several lengths; `noise` is the relative distance of samples.
Verdict time_verdict(double (*seconds)(double), double noise) {
  std::vector<Record> records;
  for (Index length = 1 << 9; length <= 1 << 16; length *= 2) {
    for (int sample = 0; sample < 3; ++sample) {
      const double off = 1.0 + noise * (sample - 1);
      records.push_back(record_at("length", length, 256,
                                  Seconds{.seconds = off * seconds(static_cast<double>(length))}));
    }
  }
  return judge(claim("SERIAL/seconds"), records);
}

TEST(TimeJudge, RefutesEveryPowerThatIsNotOne) {
  const auto answer = [](double (*seconds)(double)) { return time_verdict(seconds, 0.004).answer; };
  EXPECT_EQ(answer([](double x) { return 1e-5 * x + 1e-4; }), Answer::supported);
  EXPECT_EQ(answer([](double x) { return 1e-8 * x * x + 1e-4; }), Answer::refuted);
  EXPECT_EQ(answer([](double x) { return 1e-6 * std::pow(x, 1.5); }), Answer::refuted);
  EXPECT_EQ(answer([](double x) { return 1e-6 * std::pow(x, 1.2); }), Answer::refuted);
  EXPECT_EQ(answer([](double x) { return 1e-3 * std::sqrt(x); }), Answer::refuted);
  EXPECT_EQ(answer([](double x) { return x < 9000 ? 1e-5 * x : 3e-5 * x; }), Answer::inconclusive)
      << "no power of L describes a step";
}

TEST(TimeJudge, IsInconclusiveWhereNoiseHidesTheExponentAndThatIsLost) {
  const Verdict verdict = time_verdict([](double x) { return 1e-5 * x; }, 0.6);
  EXPECT_EQ(verdict.answer, Answer::inconclusive) << verdict.low << " " << verdict.high;
  EXPECT_TRUE(is_lost(verdict));
  EXPECT_TRUE(is_lost(time_verdict([](double x) { return 1e-6 * std::pow(x, 1.2); }, 0.0)));
}

TEST(TimeJudge, LeavesShortSequencesOut) {
  EXPECT_EQ(time_verdict([](double x) { return x < 1000 ? 1.0 : 1e-5 * x; }, 0.004).answer,
            Answer::supported);
}

/// Softmax attention costs L² / 100; the full pass and slices cost multiples of L.
std::vector<Record> crossing_records(double full, double sliced) {
  std::vector<Record> records;
  for (Index length = 16; length <= 1024; length *= 2) {
    const auto L = static_cast<double>(length);
    const auto add = [&](const char* subject, Index slice, double cost) {
      records.push_back(record_at("crossing", length, slice, Seconds{.seconds = cost}));
      records.back().setting.subject = subject;
      const auto bytes = static_cast<std::int64_t>(100.0 * cost);
      records.push_back(
          record_at("crossing", length, slice, Bytes{.tokens = 7, .peak = bytes + 7}));
      records.back().setting.subject = subject;
    };
    add("softmax", length, L * L / 100.0);
    add("recovered/blocked", length, full * L);
    if (length > 64) add("recovered/blocked", 64, sliced * L);
  }
  return records;
}

TEST(CrossingJudge, FindsTheCrossingAndItsInterval) {
  for (const char* name : {"CROSSING/bytes", "CROSSING/seconds"}) {
    const Verdict verdict = judge(claim(name), crossing_records(1.0, 3.0));
    EXPECT_EQ(verdict.answer, Answer::supported);
    EXPECT_NEAR(verdict.value, 100.0, 1.0);
    EXPECT_EQ(verdict.low, 64.0);
    EXPECT_EQ(verdict.high, 128.0);
    EXPECT_NE(verdict.evidence.find("between 256 and 512"), std::string::npos) << verdict.evidence;
    EXPECT_EQ(judge(claim(name), crossing_records(20.0, 20.0)).answer, Answer::refuted);
    EXPECT_EQ(judge(claim(name), {}).answer, Answer::inconclusive);
  }
}

TEST(CrossingJudge, IsInconclusiveWithoutAShorterLengthOrWithInvalidCosts) {
  for (const char* name : {"CROSSING/bytes", "CROSSING/seconds"}) {
    const Verdict verdict = judge(claim(name), crossing_records(0.1, 0.1));
    EXPECT_EQ(verdict.answer, Answer::inconclusive);
    EXPECT_NE(verdict.evidence.find("already at L = 16"), std::string::npos) << verdict.evidence;
  }
  for (const double seconds : {0.0, -1.0, std::nan(""), HUGE_VAL}) {
    for (const char* subject : {"softmax", "recovered/blocked"}) {
      std::vector<Record> records = crossing_records(1.0, 3.0);
      const auto one = std::find_if(records.begin(), records.end(), [&](const Record& record) {
        return record.setting.subject == subject;
      });
      one->measured = Seconds{.seconds = seconds};
      EXPECT_EQ(judge(claim("CROSSING/seconds"), records).answer, Answer::inconclusive) << seconds;
    }
  }
}

TEST(CrossingJudge, TreatsASequenceOfOneSliceAsTheFullPass) {
  // Sequences below 64 rows have no record with slices of 64, only of the full pass, which is the
  // same.
  const Verdict verdict = judge(claim("CROSSING/seconds"), crossing_records(0.3, 0.3));
  EXPECT_NE(verdict.evidence.find("slices of 64 do from L = 30 on, between 16 and 32"),
            std::string::npos)
      << verdict.evidence;
}

}  // namespace
}  // namespace slim::experiments
