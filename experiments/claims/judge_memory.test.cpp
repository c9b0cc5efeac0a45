// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/example_claims.hpp"
#include "experiments/claims/judges.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::experiments {
namespace {

std::int64_t token_bytes(Index length) {
  return 4 * (length + 1);
}

/// Processes at fixed C and in the full pass that grow by `off` bytes more than were counted.
std::vector<Record> process_records(std::int64_t off) {
  std::vector<Record> records;
  const auto add = [&](Index length, Index slice, std::int64_t counted) {
    constexpr std::int64_t scratch = 100'000;
    records.push_back(record_at("length", length, slice,
                                Bytes{.tokens = token_bytes(length),
                                      .peak = counted - scratch + token_bytes(length),
                                      .scratch = scratch}));
    records.push_back(record_at("length", length, slice,
                                ProcessPeak{.peak = 1'000 + counted + off, .baseline = 1'000}));
  };
  for (Index length = 1024; length <= 16384; length *= 4) {
    add(length, 256, 4'000'000);
    add(length, length, 8'000 * length);
  }
  return records;
}

/// The process at this L and C.
ProcessPeak& process_at(std::vector<Record>& records, Index length, Index slice) {
  return std::get<ProcessPeak>(
      std::find_if(records.begin(), records.end(), [&](const Record& record) {
        return std::holds_alternative<ProcessPeak>(record.measured) &&
               record.setting.length == length && record.setting.slice == slice;
      })->measured);
}

TEST(ProcessJudge, RefutesMemoryThatEscapesTheCounter) {
  constexpr std::int64_t own = 256 << 10;
  EXPECT_EQ(judge(claim("BYTES"), process_records(0)).answer, Answer::supported);
  EXPECT_EQ(judge(claim("BYTES"), process_records(own)).answer, Answer::supported);
  EXPECT_EQ(judge(claim("BYTES"), process_records(-own - 100'000)).answer, Answer::supported)
      << "scratch that is never touched";
  for (const std::int64_t off : {own + 1, -own - 100'001}) {
    const Verdict verdict = judge(claim("BYTES"), process_records(off));
    EXPECT_EQ(verdict.answer, Answer::refuted) << off;
    EXPECT_NE(verdict.evidence.find("memory escapes the counter"), std::string::npos);
  }
  std::vector<Record> records = process_records(0);
  process_at(records, 16384, 16384).peak += 16384 * 400;
  const Verdict verdict = judge(claim("BYTES"), records);
  EXPECT_EQ(verdict.answer, Answer::supported) << "5 % of a long full pass";
  EXPECT_NEAR(verdict.value, 0.05, 1e-12);
  EXPECT_NE(verdict.evidence.find("off by at most 5.0 %"), std::string::npos) << verdict.evidence;
  process_at(records, 16384, 16384).peak += 1;
  EXPECT_EQ(judge(claim("BYTES"), records).answer, Answer::refuted);
}

TEST(ProcessJudge, RefutesADifferenceThatGrowsOverTheLength) {
  std::vector<Record> records = process_records(-100'000 - (200 << 10));
  process_at(records, 16384, 256).peak += 100'000 + (256 << 10);
  EXPECT_EQ(judge(claim("BYTES"), records).answer, Answer::supported);
  process_at(records, 16384, 256).peak += 1;
  const Verdict verdict = judge(claim("BYTES"), records);
  EXPECT_EQ(verdict.answer, Answer::refuted) << "each of them is within its bound";
  EXPECT_NE(verdict.evidence.find("grows by 256 KiB over L"), std::string::npos)
      << verdict.evidence;
}

TEST(ProcessJudge, IgnoresOtherSubjectsAndRequiresSixProcesses) {
  EXPECT_EQ(judge(claim("BYTES"), {}).answer, Answer::inconclusive);
  const std::vector<Record> all = process_records(0);
  EXPECT_EQ(judge(claim("BYTES"), std::span(all).first(10)).answer, Answer::inconclusive);
  for (const bool experiment : {true, false}) {
    std::vector<Record> others = all;
    for (Record& record : others) {
      if (experiment) record.experiment = "figure2";
      if (!experiment) record.setting.subject = "stored/iterative";
    }
    EXPECT_EQ(judge(claim("BYTES"), others).answer, Answer::inconclusive);
    for (Record& record : others) {
      if (auto* process = std::get_if<ProcessPeak>(&record.measured)) process->peak *= 2;
    }
    others.insert(others.end(), all.begin(), all.end());
    EXPECT_EQ(judge(claim("BYTES"), others).answer, Answer::supported);
  }
}

// MEMORY-C

Bytes bytes_at(Index length, Index slice) {
  const std::int64_t own = 5000 + 100 + 30 * slice;
  return {.tokens = token_bytes(length),
          .state = 5000,
          .slice = 100 + 30 * slice,
          .result = 0,
          .peak = own + token_bytes(length),
          .scratch = 3000};
}

/// A record of bytes, and one of a process that takes these bytes.
void add_with_process(std::vector<Record>& records, const char* experiment, Index length,
                      Index slice) {
  const Bytes bytes = bytes_at(length, slice);
  records.push_back(record_at(experiment, length, slice, bytes));
  records.push_back(record_at(experiment, length, slice,
                              ProcessPeak{.peak = 1'000 + 30 * slice + 8'100, .baseline = 1'000}));
}

std::vector<Record> memory_records() {
  std::vector<Record> records;
  for (Index length = 1024; length <= 65536; length *= 2) {
    add_with_process(records, "length", length, 256);
    add_with_process(records, "length", length, length);
  }
  for (Index slice = 1; slice <= 4096; slice *= 4) {
    Bytes bytes = bytes_at(4096, slice);
    if (slice % 16 != 0) bytes.slice += 24;  // rounded up for alignment
    records.push_back(record_at("slice", 4096, slice, bytes));
  }
  return records;
}

/// The verdict after a change of the bytes of the last record for which `where` is true.
Answer memory_answer(bool (*where)(const Record&), void (*change)(Bytes&)) {
  std::vector<Record> records = memory_records();
  const auto found = std::find_if(records.rbegin(), records.rend(), [&](const Record& record) {
    return std::holds_alternative<Bytes>(record.measured) && where(record);
  });
  change(std::get<Bytes>(found->measured));
  return judge(claim("MEMORY-C"), records).answer;
}

TEST(MemoryJudge, SupportsBytesThatDoNotGrow) {
  const Verdict verdict = judge(claim("MEMORY-C"), memory_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_EQ(verdict.value, 0.0);
}

TEST(MemoryJudge, RefutesASingleByteOfDifference) {
  const auto fixed = [](const Record& r) {
    return r.experiment == "length" && !r.setting.full_pass();
  };
  const auto full = [](const Record& r) {
    return r.experiment == "length" && r.setting.full_pass();
  };
  const auto over_slice = [](const Record& r) {
    return r.experiment == "slice" && !r.setting.full_pass();
  };
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.state; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.result; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { --b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(fixed, [](Bytes& b) { ++b.tokens; }), Answer::refuted);
  EXPECT_EQ(memory_answer(full, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(over_slice, [](Bytes& b) { ++b.slice; }), Answer::refuted);
  EXPECT_EQ(memory_answer(over_slice, [](Bytes& b) { ++b.state; }), Answer::refuted);
}

/// The verdict on a subject that takes `a_row` more bytes for each of L rows at fixed C, as `take`
/// records them.
Answer answer_on_hidden_rows(const char* name, const std::vector<Record>& honest,
                             std::int64_t a_row, void (*take)(Record&, std::int64_t)) {
  std::vector<Record> records = honest;
  for (Record& record : records) {
    if (!record.setting.full_pass()) take(record, a_row * record.setting.length);
  }
  return judge(claim(name), records).answer;
}

/// In a container that only the heap counter sees, and the process.
void take_scratch(Record& record, std::int64_t bytes) {
  if (auto* counted = std::get_if<Bytes>(&record.measured)) *counted->scratch += bytes;
  if (auto* process = std::get_if<ProcessPeak>(&record.measured)) process->peak += bytes;
}

/// In a mapping of its own, which only the process shows.
void take_pages(Record& record, std::int64_t bytes) {
  if (auto* process = std::get_if<ProcessPeak>(&record.measured)) process->peak += bytes;
}

void take_as(Record& record, std::int64_t bytes, std::int64_t Bytes::*tag) {
  if (auto* counted = std::get_if<Bytes>(&record.measured)) counted->*tag += bytes;
  take_pages(record, bytes);
}

void expect_hidden_rows_refuted(const char* name, const std::vector<Record>& honest) {
  const auto answer = [&](std::int64_t a_row, void (*take)(Record&, std::int64_t)) {
    return answer_on_hidden_rows(name, honest, a_row, take);
  };
  EXPECT_EQ(judge(claim(name), honest).answer, Answer::supported) << name;
  constexpr std::int64_t a_row = 4 * 64;  // L × d_model floats
  EXPECT_EQ(answer(a_row, take_scratch), Answer::refuted) << name;
  EXPECT_EQ(answer(1, take_scratch), Answer::refuted) << name;
  EXPECT_EQ(answer(a_row, take_pages), Answer::refuted) << name;
  EXPECT_EQ(answer(a_row, [](Record& record,
                             std::int64_t bytes) { take_as(record, bytes, &Bytes::tokens); }),
            Answer::refuted)
      << name;
  EXPECT_EQ(answer(a_row, [](Record& record,
                             std::int64_t bytes) { take_as(record, bytes, &Bytes::gradient); }),
            Answer::refuted)
      << name;
  std::vector<Record> uncounted = honest;
  std::erase_if(uncounted, [](const Record& record) {
    return std::holds_alternative<ProcessPeak>(record.measured);
  });
  EXPECT_EQ(judge(claim(name), uncounted).answer, Answer::inconclusive) << name;
}

TEST(MemoryJudge, RefutesRowsThatTheLedgerDoesNotCount) {
  expect_hidden_rows_refuted("MEMORY-C", memory_records());
  expect_hidden_rows_refuted("BYTES", memory_records());
}

TEST(MemoryJudge, AllowsOnlyAlignmentBetweenMultiplesOfTheRows) {
  const auto one_row = [](const Record& r) {
    return r.experiment == "slice" && r.setting.slice == 1;
  };
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 24; }), Answer::supported);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 23; }), Answer::refuted);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice -= 25; }), Answer::refuted);
}

TEST(MemoryJudge, RefutesASubjectThatHidesItsMemory) {
  std::vector<Record> records = memory_records();
  for (Record& record : records) {
    if (auto* bytes = std::get_if<Bytes>(&record.measured)) bytes->slice = 0;
  }
  EXPECT_EQ(judge(claim("MEMORY-C"), records).answer, Answer::refuted);
}

TEST(MemoryJudge, IsInconclusiveWhenTheLongestLengthOrASeriesIsMissing) {
  EXPECT_EQ(judge(claim("MEMORY-C"), {}).answer, Answer::inconclusive);
  const auto without = [](auto unwanted) {
    std::vector<Record> records = memory_records();
    std::erase_if(records, unwanted);
    return judge(claim("MEMORY-C"), records).answer;
  };
  EXPECT_EQ(without([](const Record& r) { return r.setting.length == 65536; }),
            Answer::inconclusive);
  EXPECT_EQ(
      without([](const Record& r) { return r.experiment == "length" && r.setting.full_pass(); }),
      Answer::inconclusive);
  EXPECT_EQ(without([](const Record& r) { return r.experiment == "slice"; }), Answer::inconclusive);
}

// Memory in table 1

std::vector<Record> table1_records(Index slice) {
  std::vector<Record> records;
  for (const Index length : {1024, 8192, 65536}) {
    add_with_process(records, "table1", length, slice);
  }
  for (const Index other : {32, 64, 128}) add_with_process(records, "table1", 4 * other, other);
  for (Record& record : records) record.setting.subject = "recovered/tree";
  return records;
}

TEST(LawJudge, RefutesMemoryThatGrowsOverTheLength) {
  expect_hidden_rows_refuted("MEMORY-1", table1_records(1));
  expect_hidden_rows_refuted("TABLE1/1/memory", table1_records(1));
  expect_hidden_rows_refuted("TABLE1/C/memory", table1_records(256));
  std::vector<Record> records = table1_records(1);
  std::get<Bytes>(records[4].measured).slice += 1;
  EXPECT_EQ(judge(claim("MEMORY-1"), records).answer, Answer::refuted);
}

TEST(LawJudge, RefutesMemoryOfTheFullPassThatGrowsFaster) {
  std::vector<Record> records;
  for (const Index length : {256, 512, 1024, 4096}) {
    add_with_process(records, "table1", length, length);
  }
  for (Record& record : records) record.setting.subject = "recovered/tree";
  EXPECT_EQ(judge(claim("TABLE1/full/memory"), records).answer, Answer::supported);
  for (Record& record : records)
    take_scratch(record, record.setting.length * record.setting.length);
  EXPECT_EQ(judge(claim("TABLE1/full/memory"), records).answer, Answer::refuted);
}

}  // namespace
}  // namespace slim::experiments
