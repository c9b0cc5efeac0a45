// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record.hpp"

#include "experiments/records/example_records.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace slim::experiments {
namespace {

const std::vector<Measured>& one_of_each() {
  static const std::vector<Measured> all = {
      Seconds{.seconds = 0.1, .iterations = 3, .loss = 5.5},
      Bytes{.parameters = 1,
            .gradient = 2,
            .tokens = 3,
            .state = 4,
            .slice = 5,
            .result = 6,
            .peak = 18,
            .scratch = 7,
            .loss = 5.5},
      Bytes{.slice = 5, .scratch = std::nullopt},
      Operations{.additions = 1, .multiplications = 2, .divisions = 3, .elementary = 4, .depth = 5},
      ProcessPeak{.peak = 4096, .baseline = 1024},
      GradientError{.relative = 1e-45},
      Overhead{.sliced = 7, .full = 5},
      SwitchError{.relative = 1e-44},
      FullDiscrepancy{.relative = 1e-6},
      Longest{.length = 4096}};
  return all;
}

TEST(Record, IsUnchangedByWritingAndParsing) {
  for (const Measured& measured : one_of_each()) {
    const Record record = example_record(measured);
    const std::string line = to_line(record);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(to_line(parse_record(line)), line);
    EXPECT_EQ(identity(parse_record(line)), identity(record));
  }
}

TEST(Record, PreservesEveryBitOfADouble) {
  const double seconds = 0.1 + 1e-17;
  const Record back = parse_record(to_line(example_record(Seconds{.seconds = seconds})));
  EXPECT_EQ(std::get<Seconds>(back.measured).seconds, seconds);
}

TEST(Record, WritesNaNAsNull) {
  const Record record =
      example_record(GradientError{.relative = std::numeric_limits<double>::quiet_NaN()});
  EXPECT_NE(to_line(record).find("\"gradient_error_relative\":null"), std::string::npos);
  EXPECT_TRUE(std::isnan(std::get<GradientError>(parse_record(to_line(record)).measured).relative));
}

TEST(Record, MarksTheFullPass) {
  Record record = example_record(Seconds{});
  EXPECT_NE(to_line(record).find("\"slices\":4,\"full_pass\":false"), std::string::npos);
  record.setting.slice = record.setting.length;
  EXPECT_NE(to_line(record).find("\"slices\":1,\"full_pass\":true"), std::string::npos);
}

TEST(Record, OtherCodeFlagsOrProcessorChangesTheIdentityAndNotThePlace) {
  const Record record = example_record(Seconds{});
  for (std::string Provenance::*field :
       {&Provenance::code, &Provenance::flags, &Provenance::compiler, &Provenance::processor}) {
    Record other = record;
    other.provenance.*field = "other";
    EXPECT_NE(identity(other), identity(record));
    EXPECT_EQ(place(other), place(record));
  }
}

TEST(Record, DateCommitPartAndResultDoNotChangeTheIdentity) {
  Record other = example_record(Seconds{.seconds = 9.0});
  other.provenance.date = other.provenance.commit = "other";
  other.setting.corpus = "/elsewhere/text.gz";
  other.shard = "1/2";
  EXPECT_EQ(parse_record(to_line(other)).shard, "1/2");
  EXPECT_EQ(identity(other), identity(example_record(Seconds{})));
}

TEST(Record, ExactResultsExcludeTimesAndProcessMemory) {
  const auto exact = [](const Measured& measured) {
    return exact_result(example_record(measured));
  };
  EXPECT_EQ(exact(Seconds{.seconds = 1.0}), "");
  EXPECT_EQ(exact(ProcessPeak{.peak = 1}), "");
  EXPECT_EQ(exact(Longest{.length = 64}), "");
  EXPECT_EQ(exact(Bytes{.peak = 8, .scratch = 1}), exact(Bytes{.peak = 8, .scratch = 2}));
  EXPECT_NE(exact(Bytes{.peak = 8, .scratch = 1}), exact(Bytes{.peak = 9, .scratch = 1}));
  EXPECT_NE(exact(Operations{.depth = 1}), exact(Operations{.depth = 2}));
  EXPECT_NE(exact(GradientError{.relative = 1e-50}), exact(GradientError{.relative = 2e-50}));
  EXPECT_EQ(exact(TrainingLeg{.losses = {1.0}, .seconds = 1.0}),
            exact(TrainingLeg{.losses = {1.0}, .seconds = 2.0}));
  EXPECT_NE(exact(TrainingLeg{.losses = {1.0}}), exact(TrainingLeg{.losses = {2.0}}));
}

TEST(Record, EverySizeChangesTheIdentity) {
  const Record record = example_record(Seconds{});
  for (Index Setting::*size : {&Setting::length, &Setting::slice, &Setting::batch}) {
    Record other = record;
    other.setting.*size += 1;
    EXPECT_NE(identity(other), identity(record));
  }
  Record other = record;
  other.sample = 1;
  EXPECT_NE(identity(other), identity(record));
  EXPECT_EQ(place(other), place(record));
}

TEST(Record, ParsingRejectsOtherText) {
  EXPECT_THROW(parse_record(""), ContractError);
  EXPECT_THROW(parse_record("{}"), ContractError);
  EXPECT_THROW(parse_record("[1,2]"), ContractError);
  const std::string line = to_line(example_record(Seconds{}));
  EXPECT_THROW(parse_record(line.substr(0, line.size() - 1)), ContractError);
  std::string future = line;
  future.replace(future.find("\"schema\":1"), 10, "\"schema\":2");
  EXPECT_THROW(parse_record(future), ContractError);
}

}  // namespace
}  // namespace slim::experiments
