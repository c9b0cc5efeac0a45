// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record.hpp"

#include "experiments/records/example_records.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

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
      Bytes{.scratch = -8},
      Operations{.additions = 1, .multiplications = 2, .divisions = 3, .elementary = 4, .depth = 5},
      ProcessPeak{.peak = 4096, .baseline = 1024},
      GradientError{.relative = 1e-45},
      GradientError{.refusal = "too few digits"},
      GradientDiscrepancy{.relative = 1e-7},
      GradientDiscrepancy{.refusal = "too few digits"},
      KeySpread{.key_deviation = 0.5, .median_bits = 3.25, .largest_bits = 40.5},
      Overhead{.sliced = 7, .full = 5},
      SwitchError{.relative = 1e-44},
      FullDiscrepancy{.relative = 1e-6},
      FullDiscrepancy{.refusal = "too few digits"},
      Longest{.length = 4096, .compared_with = "stored/iterative", .difference = 1e-5},
      SoftmaxError{.independent = 0.3, .orthogonal = 0.2, .orthogonal_chi = 0.1},
      TrainingLeg{.first_step = 64,
                  .losses = {5.5, 5.25},
                  .checks = {{.step = 65, .loss = 5.4, .accuracy = 0.25}, {.step = 66, .loss = 5}},
                  .end = Check{.step = 66, .loss = 5.1, .accuracy = 0.125},
                  .seconds = 4,
                  .seconds_gradient = 3,
                  .seconds_data = 2,
                  .seconds_checks = 1,
                  .parameters = 10,
                  .optimiser = 20,
                  .peak = 30},
      TrainingLeg{.wanted = 99, .refusal = "it does not fit"},
      Distributed{.numbers_forward = 1,
                  .numbers_backward = 2,
                  .messages_deep = 3,
                  .critical_path = 4,
                  .operations = 5,
                  .bytes_rank = 6}};
  return all;
}

TEST(Record, IsUnchangedByWritingAndParsingForEveryQuantity) {
  std::set<std::size_t> quantities;
  for (const Measured& measured : one_of_each()) {
    quantities.insert(measured.index());
    const Record record = example_record(measured);
    const std::string line = to_line(record);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Record back = parse_record(line);
    EXPECT_EQ(to_line(back), line);
    EXPECT_EQ(identity(back), identity(record));
  }
  EXPECT_EQ(quantities.size(), std::variant_size_v<Measured>) << "one_of_each() lacks a quantity";
}

TEST(Record, IsUnchangedByWritingAndParsingWithATraining) {
  Record record = example_record(TrainingLeg{.wanted = 99, .refusal = "it does not fit"});
  record.setting.length = 1023;  // a copying task needs an odd length
  record.setting.first_sweep = FirstSweep::plain;
  record.setting.key_scale = 4.0;
  record.setting.memory_cap = 1 << 20;
  record.setting.training = {.task = TrainingTask::copying,
                             .steps = 100,
                             .rate = 1e-3,
                             .rate_drop = 80,
                             .check_every = 10,
                             .final_checks = 4,
                             .leg = 20,
                             .switch_at = 50,
                             .full_subject = "stored/blocked"};
  record.shard = "1/2";
  const Record back = parse_record(to_line(record));
  EXPECT_TRUE(back.setting.training == record.setting.training) << to_line(record);
  EXPECT_EQ(back.setting.memory_cap, record.setting.memory_cap);
  EXPECT_EQ(std::get<TrainingLeg>(back.measured).wanted, 99);
  EXPECT_EQ(to_line(back), to_line(record));
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

TEST(Record, RefusesEverySchemaBut1) {
  EXPECT_EQ(refusal_of(Seconds{}, "\"schema\":1", "\"schema\":2"),
            "field 'schema' of the record is 2: allowed is 1");
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
