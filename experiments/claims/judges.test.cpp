// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judges.hpp"

#include "experiments/claims/example_claims.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace slim::experiments {
namespace {

// Laws of exact counts: PARALLEL and table 1

std::vector<Record> path_records() {
  std::vector<Record> records;
  for (const auto& [slice, levels] : {std::pair{16, 4}, {32, 5}, {64, 6}, {128, 7}}) {
    for (const Index slices : {3, 4, 6}) {
      records.push_back(record_at("table1", slices * slice, slice,
                                  Operations{.depth = slices * (40 + 9 * levels) - 7}));
      records.back().setting.subject = "recovered/tree";
    }
  }
  return records;
}

TEST(LawJudge, SupportsCountsThatFollowItsLawAndReportsTheFormula) {
  const Verdict verdict = judge(claim("PARALLEL"), path_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_EQ(verdict.measured, "9 N ⌈log₂ C⌉ + 40 N − 7 (critical-path)");
  EXPECT_EQ(judge(claim("TABLE1/C/parallel"), path_records()).answer, Answer::supported);
}

TEST(LawJudge, RefutesASingleExtraOperationAndAPathWithoutALogarithm) {
  for (std::size_t i = 0; i < path_records().size(); ++i) {
    std::vector<Record> records = path_records();
    ++std::get<Operations>(records[i].measured).depth;
    EXPECT_EQ(judge(claim("PARALLEL"), records).answer, Answer::refuted);
  }
  std::vector<Record> records = path_records();
  for (Record& record : records) {
    std::get<Operations>(record.measured).depth = record.setting.slices();
  }
  EXPECT_EQ(judge(claim("PARALLEL"), records).answer, Answer::refuted);
}

TEST(LawJudge, LeavesOutPathsOfTwoSlices) {
  std::vector<Record> records = path_records();
  records.push_back(record_at("table1", 64, 32, Operations{.depth = 1}));
  records.back().setting.subject = "recovered/tree";
  EXPECT_EQ(judge(claim("PARALLEL"), records).answer, Answer::supported);
}

TEST(LawJudge, RequiresOtherPathsBetweenThoseAtAdjacentPowersOf2) {
  // At C = 48 there are trees of five levels and of six.
  for (const auto& [levels, answer] : {std::pair{4.9, Answer::refuted},
                                       {5.0, Answer::supported},
                                       {5.5, Answer::supported},
                                       {6.0, Answer::supported},
                                       {6.1, Answer::refuted}}) {
    std::vector<Record> records = path_records();
    const auto depth = static_cast<std::int64_t>(3 * (40 + 9 * levels) - 7);
    records.push_back(record_at("table1", 144, 48, Operations{.depth = depth}));
    records.back().setting.subject = "recovered/tree";
    EXPECT_EQ(judge(claim("PARALLEL"), records).answer, answer) << levels;
  }
}

TEST(LawJudge, IsInconclusiveWithTooFewRecords) {
  const std::vector<Record> records = path_records();
  EXPECT_EQ(judge(claim("PARALLEL"), std::span(records).first(3)).answer, Answer::inconclusive);
}

// OVERHEAD, COMPATIBLE, DEVICE

std::vector<Record> overhead_records(std::int64_t plain, std::int64_t lazy) {
  std::vector<Record> records;
  for (const Index slices : {2, 4, 8}) {
    for (const FirstSweep sweep : {FirstSweep::plain, FirstSweep::lazy}) {
      const std::int64_t sliced = sweep == FirstSweep::plain ? plain : lazy;
      records.push_back(
          record_at("overhead", 64 * slices, 64, Overhead{.sliced = sliced, .full = 1000}));
      records.back().setting.first_sweep = sweep;
    }
  }
  return records;
}

TEST(OverheadJudge, RequiresThePlainSweepWithinTheBoundAndTheLazyOneBelowIt) {
  const auto answer = [](std::int64_t plain, std::int64_t lazy) {
    return judge(claim("OVERHEAD"), overhead_records(plain, lazy)).answer;
  };
  EXPECT_EQ(answer(1335, 1120), Answer::supported);
  EXPECT_EQ(answer(1401, 1120), Answer::refuted);
  EXPECT_EQ(answer(1335, 1335), Answer::refuted);
}

TEST(OverheadJudge, RequiresSeveralNumbersOfSlicesAndRefutesNaN) {
  EXPECT_EQ(judge(claim("OVERHEAD"), {}).answer, Answer::inconclusive);
  const std::vector<Record> all = overhead_records(1335, 1120);
  EXPECT_EQ(judge(claim("OVERHEAD"), std::span(all).first(4)).answer, Answer::inconclusive);
  const std::vector<Record> expensive = overhead_records(1401, 1120);
  EXPECT_EQ(judge(claim("OVERHEAD"), std::span(expensive).first(1)).answer, Answer::refuted)
      << "a refuting record outweighs missing ones";
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<Record> records = all;
    records[i].measured = Overhead{.sliced = 0, .full = 0};
    EXPECT_EQ(judge(claim("OVERHEAD"), records).answer, Answer::refuted) << i;
  }
}

TEST(CompatibleJudge, RefutesATrainingThatDiffers) {
  const auto answer = [](double error) {
    return judge(
               claim("COMPATIBLE"),
               std::vector<Record>{record_at("compatible", 24, 1, SwitchError{.relative = 1e-47}),
                                   record_at("compatible", 24, 5, SwitchError{.relative = error}),
                                   record_at("compatible", 24, 12, SwitchError{.relative = 1e-47})})
        .answer;
  };
  EXPECT_EQ(answer(1e-46), Answer::supported);
  EXPECT_EQ(answer(1e-39), Answer::refuted);
  EXPECT_EQ(answer(std::nan("")), Answer::refuted);
}

/// A gradient that agrees with another subject's.
Longest right(std::int64_t length) {
  return {.length = length, .compared_with = "stored/iterative", .difference = 1e-5};
}

/// Processes of 64 and 128 MiB. In the larger one the full pass reaches 2048, slices the maximum of
/// 32768.
std::vector<Record> device_records(std::int64_t full, std::int64_t sliced) {
  std::vector<Record> records = {record_at("device", 32768, 32768, right(full)),
                                 record_at("device", 32768, 256, right(sliced)),
                                 record_at("device", 32768, 32768, right(2048)),
                                 record_at("device", 32768, 256, right(32768))};
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].setting.subject = "recovered/blocked";
    records[i].setting.memory_cap = (i < 2 ? 64 : 128) << 20;
  }
  return records;
}

TEST(DeviceJudge, ComparesSlicesWithTheFullPass) {
  const auto answer = [](std::int64_t full, std::int64_t sliced) {
    return judge(claim("DEVICE"), device_records(full, sliced)).answer;
  };
  EXPECT_EQ(answer(1024, 32768), Answer::supported);
  EXPECT_EQ(answer(1024, 1024), Answer::refuted);
  EXPECT_EQ(answer(1024, 0), Answer::refuted);
  EXPECT_EQ(answer(8192, 32768), Answer::inconclusive) << "no longer sequence was tried";
  EXPECT_EQ(answer(0, 32768), Answer::inconclusive) << "there is no full pass to compare with";
  EXPECT_EQ(answer(0, 0), Answer::inconclusive);
}

TEST(DeviceJudge, RequiresGradientsThatAgreeWithAnotherSubject) {
  for (const char* name : {"DEVICE", "DEVICE/million"}) {
    const auto verdict = [&](const Longest& sliced) {
      std::vector<Record> records = device_records(1024, 32768);
      for (Record& record : records) {
        record.setting.length = 1 << 20;
        if (record.setting.slice == 256) record.measured = sliced;
        if (record.setting.slice > 256) record.setting.slice = 1 << 20;
      }
      return judge(claim(name), records);
    };
    Longest longest = right(1 << 20);
    EXPECT_EQ(verdict(longest).answer, Answer::supported) << name;
    longest.difference = 0.7;  // the gradient of the first 512 tokens
    EXPECT_EQ(verdict(longest).answer, Answer::refuted) << name;
    longest.difference = std::nan("");
    EXPECT_EQ(verdict(longest).answer, Answer::refuted) << name;
    longest.compared_with = "";
    EXPECT_EQ(verdict(longest).answer, Answer::inconclusive) << name;
  }
}

TEST(DeviceJudge, RequiresSlicesAndTheFullPassUnderEveryCap) {
  for (std::size_t i = 0; i < 4; ++i) {
    std::vector<Record> records = device_records(1024, 32768);
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    const Verdict verdict = judge(claim("DEVICE"), records);
    EXPECT_EQ(verdict.answer, Answer::inconclusive) << i;
    EXPECT_NE(verdict.evidence.find("are missing"), std::string::npos) << verdict.evidence;
    std::get<Longest>(records[i < 2 ? 2 : 1].measured).length = 1024;  // slices under the other cap
    EXPECT_EQ(judge(claim("DEVICE"), records).answer, Answer::refuted)
        << "a refuting record outweighs missing ones";
  }
  EXPECT_EQ(judge(claim("DEVICE"), {}).answer, Answer::inconclusive);
  std::vector<Record> others = device_records(1024, 32768);
  for (Record& record : others) record.experiment = "figure2";
  EXPECT_EQ(judge(claim("DEVICE"), others).answer, Answer::inconclusive);
}

// DEVICE/million

TEST(ReachJudge, RequiresTheTokensInAProcessWithinTheCap) {
  const auto answer = [](std::int64_t reached, Index tried, std::int64_t cap) {
    Record record = record_at("device", tried, 256, right(reached));
    record.setting.subject = "recovered/blocked";
    record.setting.memory_cap = cap;
    return judge(claim("DEVICE/million"), std::vector<Record>{record}).answer;
  };
  constexpr std::int64_t million = 1 << 20;
  const auto end = [](std::int64_t reached, Index tried) {
    Record record = record_at("device", tried, 256, right(reached));
    record.setting.subject = "recovered/blocked";
    record.setting.memory_cap = 64 << 20;
    return judge(claim("DEVICE/million"), std::vector<Record>{record}).high;
  };
  EXPECT_EQ(end(million, million), HUGE_VAL) << "a lower bound";
  EXPECT_EQ(end(million, 2 * million), million);
  EXPECT_EQ(answer(million, million, 64 << 20), Answer::supported);
  EXPECT_EQ(answer(million / 2, million, 64 << 20), Answer::refuted);
  EXPECT_EQ(answer(million / 2, million / 2, 64 << 20), Answer::inconclusive) << "not tried";
  EXPECT_EQ(answer(million, million, 65 << 20), Answer::inconclusive) << "a larger process";
  EXPECT_EQ(judge(claim("DEVICE/million"), {}).answer, Answer::inconclusive);
}

// WORK

std::vector<Record> work_records() {
  std::vector<Record> records;
  for (const char* boundary : {"recovered", "wide", "exact", "stored", "recomputed", "bisected"}) {
    for (const char* sums : {"explicit", "tree", "iterative", "iterative-subtracting", "blocked"}) {
      for (const auto& [slice, levels] : {std::pair{64, 6}, {128, 7}, {192, 8}, {256, 8}}) {
        for (const auto& [slices, doublings] : {std::pair{2, 1}, {4, 2}, {8, 3}, {16, 4}}) {
          const std::string_view name = boundary;
          const std::int64_t sweeps = name == "recomputed" ? slices
                                      : name == "bisected" ? doublings
                                                           : 2;
          const std::int64_t count = slices * sweeps * (7 * slice + 3 * levels + 11) - slice;
          records.push_back(
              record_at("work", slices * slice, slice,
                        Operations{count + 1, count + 2, count + 3, count + 4, count + 5}));
          records.back().setting.subject = std::string(boundary) + "/" + sums;
        }
      }
    }
  }
  return records;
}

TEST(WorkJudge, SupportsEveryBoundaryByItsOwnLaw) {
  for (const char* name : {"WORK", "WORK/recomputed", "WORK/bisected"}) {
    const Verdict verdict = judge(claim(name), work_records());
    EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
    EXPECT_EQ(verdict.value, 0.0);
  }
}

TEST(WorkJudge, RefutesASingleExtraOperationAndAnotherLaw) {
  for (const char* subject : {"recovered/tree", "stored/iterative", "wide/explicit"}) {
    for (std::int64_t Operations::*count :
         {&Operations::multiplications, &Operations::additions, &Operations::divisions,
          &Operations::elementary, &Operations::depth}) {
      std::vector<Record> records = work_records();
      const auto one = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
        return record.setting.subject == subject;
      });
      ++(std::get<Operations>(one->measured).*count);
      EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::refuted) << subject;
      EXPECT_EQ(judge(claim("WORK/bisected"), records).answer, Answer::supported);
    }
  }
  Claim other = claim("WORK/recomputed");
  other.law = "two-sweeps";
  EXPECT_EQ(judge(other, work_records()).answer, Answer::refuted);
  other.law = "bisected";
  EXPECT_EQ(judge(other, work_records()).answer, Answer::refuted);
}

TEST(WorkJudge, IsInconclusiveWhenASubjectIsMissing) {
  std::vector<Record> records = work_records();
  std::erase_if(records,
                [](const Record& record) { return record.setting.subject == "wide/tree"; });
  EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::inconclusive);
  EXPECT_EQ(judge(claim("WORK"), {}).answer, Answer::inconclusive);
  const auto of_stored = std::find_if(records.rbegin(), records.rend(), [](const Record& record) {
    return record.setting.subject == "stored/tree";  // judged after the missing wide/tree
  });
  ++std::get<Operations>(of_stored->measured).additions;
  EXPECT_EQ(judge(claim("WORK"), records).answer, Answer::refuted)
      << "a refuting record outweighs missing ones";
}

// SERIAL

Operations operations_at(Index length) {
  return {.additions = 70 * length,
          .multiplications = 90 * length - 11,
          .divisions = 3 * length,
          .elementary = 5 * length + 1};
}

std::vector<Record> serial_records() {
  std::vector<Record> records;
  for (Index length = 128; length <= 1024; length *= 2) {
    records.push_back(record_at("length", length, 32, operations_at(length)));
    records.push_back(record_at("length", length, length, operations_at(length)));
  }
  return records;
}

TEST(SerialJudge, SupportsCountsOnALine) {
  const Verdict verdict = judge(claim("SERIAL"), serial_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
}

TEST(SerialJudge, RefutesQuadraticCountsAndASingleExtraOperation) {
  std::vector<Record> records = serial_records();
  for (Record& record : records) {
    std::get<Operations>(record.measured).multiplications +=
        record.setting.length * record.setting.length / 1024;
  }
  EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::refuted);
  for (std::int64_t Operations::*count : {&Operations::multiplications, &Operations::additions,
                                          &Operations::divisions, &Operations::elementary}) {
    records = serial_records();
    ++(std::get<Operations>(records.back().measured).*count);
    EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::refuted);
  }
}

TEST(SerialJudge, IsInconclusiveWithFewerThanThreeLengths) {
  EXPECT_EQ(judge(claim("SERIAL"), {}).answer, Answer::inconclusive);
  std::vector<Record> records = serial_records();
  std::erase_if(records, [](const Record& r) { return r.setting.length > 256; });
  EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::inconclusive);
}

TEST(Verdicts, ReportWhetherAnyIsRefutedOrUnexpected) {
  std::vector<Verdict> verdicts = {judge(claim("SERIAL"), serial_records()),
                                   judge(claim("EXACT/sqr"), {})};
  EXPECT_FALSE(any_refuted(verdicts));
  EXPECT_TRUE(any_lost(verdicts)) << "expected to be supported, but records are missing";
  std::vector<Record> records = exact_records("EXACT/relu");
  records[0].measured = GradientError{.relative = std::nan("")};
  verdicts.back() = judge(claim("EXACT/relu"), records);
  EXPECT_FALSE(any_lost(verdicts)) << "refuted as expected";
  EXPECT_TRUE(any_lost(std::vector{judge(claim("EXACT/relu"), exact_records("EXACT/relu"))}))
      << "expected to be refuted, but supported";
  EXPECT_TRUE(any_lost(std::vector{judge(claim("EXACT/relu"), {})}))
      << "expected to be refuted, but records are missing";
  verdicts.push_back(judge(claim("EXACT/sqr"), {}));
  EXPECT_TRUE(any_refuted(verdicts));
  const std::string json = to_json(verdicts, "ci", example_record(Seconds{}).provenance);
  EXPECT_NE(json.find("\"verdict\": \"REFUTED\""), std::string::npos);
  EXPECT_NE(json.find("\"value\": null"), std::string::npos) << "NaN is written as null";
  EXPECT_NE(json.find("\"expected\": \"REFUTED\""), std::string::npos);
  const std::string table = to_table(verdicts);
  EXPECT_NE(table.find("INCONCLUSIVE  not expected  none\n"), std::string::npos) << table;
  EXPECT_NE(table.find("SUPPORTED     as expected   0, exact (operations)\n"), std::string::npos)
      << table;
}

TEST(Verdicts, NameTheUnitOfTheirValue) {
  EXPECT_EQ(value_in_words(16.0, 16.0, 256.0, "times"), "16 in [16, 256] (times)");
  EXPECT_EQ(value_in_words(1.0 / 3.0, 0.25, 0.5, ""), "0.3333 in [0.25, 0.5]");
  EXPECT_EQ(value_in_words(1048576.0, 1048576.0, HUGE_VAL, "tokens"), "1048576 or more (tokens)");
  EXPECT_EQ(value_in_words(std::nan(""), std::nan(""), std::nan(""), "tokens"), "none");
}

TEST(Verdicts, ClaimsThatWereLeftOutAreCountedAndNotLost) {
  const std::vector<Verdict> verdicts = {left_out(claim("TRAINING"), "training"),
                                         judge(claim("SERIAL"), serial_records())};
  EXPECT_EQ(verdicts.front().answer, Answer::not_judged);
  EXPECT_FALSE(any_lost(verdicts));
  EXPECT_FALSE(any_refuted(verdicts));
  EXPECT_EQ(summary_of(verdicts), "2 claims: 1 SUPPORTED, 1 NOT-JUDGED");
  EXPECT_NE(to_table(verdicts).find("experiment training was left out"), std::string::npos);
}

TEST(Judges, AnUnknownNameIsRejected) {
  Claim unknown = claim("SERIAL");
  unknown.judge = "none";
  EXPECT_THROW(judge(unknown, {}), ContractError);
}

}  // namespace
}  // namespace slim::experiments
