#include "experiments/claims/judges.hpp"

#include "experiments/example_records.hpp"
#include "reference/vocabulary/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slim::experiments {
namespace {

const Claim& claim(const std::string& name) {
  static const std::vector<Claim> claims = built_in_claims();
  return *std::find_if(claims.begin(), claims.end(),
                       [&](const Claim& claim) { return claim.name == name; });
}

Record record_at(const std::string& experiment, Index length, Index slice, Measured measured) {
  Record record = example_record(std::move(measured));
  record.experiment = experiment;
  record.setting.length = length;
  record.setting.slice = slice;
  return record;
}

// EXACT

std::vector<Record> exact_records() {
  std::vector<Record> records;
  for (const std::string& map : claim("EXACT").feature_maps) {
    for (const Index slice : {1, 5, 24}) {
      Record record = record_at("exact", 24, slice, GradientError{.relative = 1e-48});
      record.setting.scalar = Scalar::digits50;
      record.setting.model.feature_map = parse_feature_map(map);
      records.push_back(record);
    }
  }
  return records;
}

TEST(ExactJudge, SupportsErrorsWithinTheBound) {
  const Verdict verdict = judge(claim("EXACT"), exact_records());
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_EQ(verdict.value, 1e-48);
}

TEST(ExactJudge, RefutesOneErrorBeyondTheBoundAndNaN) {
  for (const double error : {1.01e-40, 1.0, std::nan(""), HUGE_VAL}) {
    for (std::size_t i = 0; i < exact_records().size(); i += 5) {
      std::vector<Record> records = exact_records();
      records[i].measured = GradientError{.relative = error};
      EXPECT_EQ(judge(claim("EXACT"), records).answer, Answer::refuted) << error;
    }
  }
}

TEST(ExactJudge, IsInconclusiveWithoutAFeatureMapOrAKindOfSlice) {
  EXPECT_EQ(judge(claim("EXACT"), {}).answer, Answer::inconclusive);
  for (std::size_t i = 0; i < exact_records().size(); ++i) {
    std::vector<Record> records = exact_records();
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(judge(claim("EXACT"), records).answer, Answer::inconclusive);
  }
}

TEST(ExactJudge, TellsOfReluWithoutJudgingIt) {
  std::vector<Record> records = exact_records();
  records.push_back(records.front());
  records.back().setting.model.feature_map = parse_feature_map("relu");
  records.back().measured = GradientError{.relative = 0.5};
  const Verdict verdict = judge(claim("EXACT"), records);
  EXPECT_EQ(verdict.answer, Answer::supported);
  EXPECT_NE(verdict.evidence.find("not judged, relu"), std::string::npos);
}

TEST(ExactJudge, LooksAtNoOtherScalarOrSubject) {
  std::vector<Record> records = exact_records();
  for (Record& record : records) record.setting.scalar = Scalar::float64;
  EXPECT_EQ(judge(claim("EXACT"), records).answer, Answer::inconclusive);
  records = exact_records();
  for (Record& record : records) record.setting.subject = "stored/iterative";
  EXPECT_EQ(judge(claim("EXACT"), records).answer, Answer::inconclusive);
}

// MEMORY-C

Bytes bytes_at(Index length, Index slice) {
  return {.tokens = 4 * (length + 1), .state = 5000, .slice = 100 + 30 * slice, .result = 0};
}

std::vector<Record> memory_records() {
  std::vector<Record> records;
  for (Index length = 1024; length <= 65536; length *= 2) {
    records.push_back(record_at("length", length, 256, bytes_at(length, 256)));
    records.push_back(record_at("length", length, length, bytes_at(length, length)));
  }
  for (Index slice = 1; slice <= 4096; slice *= 4) {
    Bytes bytes = bytes_at(4096, slice);
    if (slice % 16 != 0) bytes.slice += 24;  // rounded up for alignment
    records.push_back(record_at("slice", 4096, slice, bytes));
  }
  return records;
}

/// The verdict when the bytes of the first record for which `where` holds are changed.
Answer memory_answer(bool (*where)(const Record&), void (*change)(Bytes&)) {
  std::vector<Record> records = memory_records();
  const auto found = std::find_if(records.rbegin(), records.rend(), where);
  change(std::get<Bytes>(found->measured));
  return judge(claim("MEMORY-C"), records).answer;
}

TEST(MemoryJudge, SupportsBytesThatDoNotGrow) {
  const Verdict verdict = judge(claim("MEMORY-C"), memory_records());
  EXPECT_EQ(verdict.answer, Answer::supported) << verdict.evidence;
  EXPECT_EQ(verdict.value, 0.0);
}

TEST(MemoryJudge, RefutesOneByte) {
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

TEST(MemoryJudge, RefutesMoreThanAlignmentBetweenMultiplesOfItsRows) {
  const auto one_row = [](const Record& r) {
    return r.experiment == "slice" && r.setting.slice == 1;
  };
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 24; }), Answer::supported);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice += 15 * 30 - 23; }), Answer::refuted);
  EXPECT_EQ(memory_answer(one_row, [](Bytes& b) { b.slice -= 25; }), Answer::refuted);
}

TEST(MemoryJudge, RefutesASubjectThatHidesItsMemory) {
  std::vector<Record> records = memory_records();
  for (Record& record : records) std::get<Bytes>(record.measured).slice = 0;
  EXPECT_EQ(judge(claim("MEMORY-C"), records).answer, Answer::refuted);
}

TEST(MemoryJudge, IsInconclusiveWithoutTheLongestOrTheOtherSeries) {
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
  EXPECT_NE(verdict.evidence.find("time was not measured"), std::string::npos);
}

TEST(SerialJudge, TellsTheExponentOfTheTime) {
  std::vector<Record> records = serial_records();
  for (Index length = 1024; length <= 8192; length *= 2) {
    records.push_back(
        record_at("length", length, 256, Seconds{.seconds = 1e-5 * static_cast<double>(length)}));
  }
  EXPECT_NE(judge(claim("SERIAL"), records).evidence.find("exponent 1.000 [1.000, 1.000]"),
            std::string::npos);
}

TEST(SerialJudge, RefutesQuadraticCountsAndASingleOperation) {
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

TEST(SerialJudge, IsInconclusiveWithTwoLengthsOrNone) {
  EXPECT_EQ(judge(claim("SERIAL"), {}).answer, Answer::inconclusive);
  std::vector<Record> records = serial_records();
  std::erase_if(records, [](const Record& r) { return r.setting.length > 256; });
  EXPECT_EQ(judge(claim("SERIAL"), records).answer, Answer::inconclusive);
}

TEST(Verdicts, TellWhetherAnyIsRefuted) {
  std::vector<Verdict> verdicts = {judge(claim("SERIAL"), serial_records()),
                                   judge(claim("EXACT"), {})};
  EXPECT_FALSE(any_refuted(verdicts));
  std::vector<Record> records = exact_records();
  records[0].measured = GradientError{.relative = std::nan("")};
  verdicts.push_back(judge(claim("EXACT"), records));
  EXPECT_TRUE(any_refuted(verdicts));
  const std::string json = to_json(verdicts, example_record(Seconds{}).provenance);
  EXPECT_NE(json.find("\"verdict\": \"REFUTED\""), std::string::npos);
  EXPECT_NE(json.find("\"value\": null"), std::string::npos) << "NaN travels as null";
  EXPECT_NE(to_table(verdicts).find("INCONCLUSIVE"), std::string::npos);
}

TEST(Judges, ANameThatIsNoneIsRefused) {
  Claim unknown = claim("SERIAL");
  unknown.judge = "none";
  EXPECT_THROW(judge(unknown, {}), ContractError);
}

}  // namespace
}  // namespace slim::experiments
