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
      Bytes{.slice = 5, .peak = 5, .scratch = std::nullopt},
      Operations{.additions = 1, .multiplications = 2, .divisions = 3, .elementary = 4, .depth = 5},
      ProcessPeak{.peak = 4096, .baseline = 1024},
      GradientError{.relative = 1e-45},
      Overhead{.sliced = 7, .full = 5},
      SwitchError{.relative = 1e-44},
      FullDiscrepancy{.relative = 1e-6},
      Longest{.length = 4096, .compared_with = "stored/iterative", .difference = 1e-5}};
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

/// The message with which a line is refused after a change; it names neither a library nor a type.
std::string refusal_of(const Measured& measured, const std::string& from, const std::string& to) {
  std::string line = to_line(example_record(measured));
  const std::size_t at = line.find(from);
  EXPECT_NE(at, std::string::npos) << from << " in " << line;
  line.replace(at, from.size(), to);
  try {
    parse_record(line);
  } catch (const ContractError& error) {
    EXPECT_EQ(std::string(error.what()).find("json"), std::string::npos) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(Record, RefusesEverySchemaButTheInteger1) {
  for (const char* schema : {"2", "0", "4294967297", "18446744073709551617", "1.9", "1.0", "true",
                             "\"1\"", "null", "[1]"}) {
    const std::string refusal =
        refusal_of(Seconds{}, "\"schema\":1", std::string("\"schema\":") + schema);
    EXPECT_NE(refusal.find("field 'schema' of the record is "), std::string::npos) << refusal;
  }
}

TEST(Record, RefusesWholeNumbersThatAreNotWholeOrNotInRange) {
  const auto refuses = [](const std::string& from, const std::string& to) {
    const std::string field = from.substr(0, from.find(':'));
    const std::string refusal = refusal_of(one_of_each()[1], from, field + ":" + to);
    const std::string name = "field '" + field.substr(1, field.size() - 2) + "' of the record is ";
    EXPECT_NE(refusal.find(name), std::string::npos) << from << " " << to << ": " << refusal;
  };
  refuses("\"heads\":1", "1.5");
  refuses("\"heads\":1", "true");
  refuses("\"length\":1024", "1024.9");
  refuses("\"length\":1024", "\"1024\"");
  refuses("\"seed\":1", "-1");
  refuses("\"seed\":1", "18446744073709551616");
  refuses("\"threads\":2", "4294967297");
  refuses("\"threads\":2", "-1");
  refuses("\"sample\":0", "1e40");
  refuses("\"sample\":0", "-1");
  refuses("\"memory_cap_bytes\":0", "-7");
  refuses("\"bytes_peak\":18", "1e300");
  refuses("\"bytes_peak\":18", "9223372036854775808");
  refuses("\"bytes_peak\":18", "18.5");
  refuses("\"bytes_peak\":18", "-1");
  refuses("\"bytes_peak\":18", "true");
  refuses("\"loss\":5.5", "\"x\"");
  EXPECT_NE(refusal_of(Seconds{}, "\"sample\":0,", "").find("field 'sample' of the record is mis"),
            std::string::npos);
}

TEST(Record, RefusesContradictions) {
  EXPECT_EQ(refusal_of(Seconds{}, "\"slices\":4", "\"slices\":13"),
            "field 'slices' of the record is 13: a length of 1024 in slices of 256 has 4");
  EXPECT_EQ(refusal_of(Seconds{}, "\"full_pass\":false", "\"full_pass\":true"),
            "field 'full_pass' of the record is true: a length of 1024 in slices of 256 is no full "
            "pass");
  EXPECT_EQ(refusal_of(Seconds{}, "\"full_pass\":false", "\"full_pass\":{}"),
            "field 'full_pass' of the record is {}: allowed are true and false");
  EXPECT_EQ(refusal_of(one_of_each()[1], "\"bytes_peak\":18", "\"bytes_peak\":5"),
            "field 'bytes_peak' of the record is 5: it is at least the largest of tokens, state, "
            "slice and result, 6");
  EXPECT_EQ(refusal_of(ProcessPeak{.peak = 4096, .baseline = 1024}, "\"process_peak_bytes\":4096",
                       "\"process_peak_bytes\":512"),
            "field 'process_peak_bytes' of the record is 512: it is at least the baseline, 1024");
}

TEST(Record, MayHaveASliceLongerThanItsSequence) {
  Record record = example_record(Seconds{});
  record.setting.slice = 2 * record.setting.length;
  EXPECT_EQ(parse_record(to_line(record)).setting.slice, record.setting.slice);
}

}  // namespace
}  // namespace slim::experiments
