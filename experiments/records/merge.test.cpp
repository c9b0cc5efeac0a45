// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/merge.hpp"

#include "experiments/records/example_records.hpp"
#include "experiments/records/record_log.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::experiments {
namespace {

class Merge : public testing::Test {
 protected:
  /// Creates a folder with these records.
  std::filesystem::path part(const std::string& name, const std::vector<Measured>& measured) {
    const std::filesystem::path path = folder_.path() / name;
    RecordLog log(path, {});
    for (const Measured& one : measured) log.append(example_record(one));
    return path;
  }
  MergeReport merged(const std::vector<std::filesystem::path>& parts) {
    return merge_records(parts, whole_,
                         [&](const std::string& line) { messages_.push_back(line); });
  }

  TemporaryFolder folder_;
  std::filesystem::path whole_ = folder_.path() / "whole";
  std::vector<std::string> messages_;
};

TEST_F(Merge, ReportsConflictingCountsAndAddsNothing) {
  const auto one = part("one", {Operations{.depth = 5}, Bytes{.peak = 8, .scratch = {}}});
  const auto other = part("other", {Operations{.depth = 5}, Bytes{.peak = 9, .scratch = {}}});
  const MergeReport report = merged({one, other});
  EXPECT_EQ(report.taken, 0U);
  ASSERT_EQ(report.conflicts.size(), 1U);
  EXPECT_EQ(report.conflicts[0],
            "length bytes, recovered/iterative float32 sqr d_model=64 L=1024 C=256: " +
                one.string() + " and " + other.string());
  EXPECT_FALSE(std::filesystem::exists(whole_));
}

TEST_F(Merge, ComparesPartsWithTheFolderAndLeavesItUnchanged) {
  ASSERT_EQ(merged({part("one", {Overhead{.sliced = 4, .full = 3}})}).taken, 1U);
  const MergeReport report =
      merged({part("other", {Overhead{.sliced = 5, .full = 3}, Operations{.depth = 5}})});
  EXPECT_EQ(report.conflicts.size(), 1U);
  EXPECT_EQ(read_records(whole_ / "records.jsonl").size(), 1U);
}

TEST_F(Merge, KeepsTheSecondsThatAreReadFirst) {
  const MergeReport report =
      merged({part("one", {Seconds{.seconds = 1.0}}), part("other", {Seconds{.seconds = 2.0}})});
  EXPECT_TRUE(report.conflicts.empty());
  EXPECT_EQ(report.taken, 1U);
  EXPECT_EQ(report.known, 1U);
  const std::vector<Record> records = read_records(whole_ / "records.jsonl");
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(std::get<Seconds>(records[0].measured).seconds, 1.0);
}

TEST_F(Merge, ReportsThatAPartWasCutOff) {
  const auto cut = part("cut", {Seconds{.seconds = 1.0}, Operations{.depth = 5}});
  const auto file = cut / "records.jsonl";
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 9);
  EXPECT_EQ(merged({cut}).taken, 1U);
  ASSERT_EQ(messages_.size(), 1U);
  EXPECT_NE(messages_[0].find("cut/records.jsonl: the last line is incomplete"), std::string::npos);
}

TEST_F(Merge, RejectsPartsWithoutRecordsOrWithAnInvalidNumberAndCreatesNothing) {
  EXPECT_THROW(merged({part("one", {Seconds{}}), folder_.path() / "none"}), ContractError);
  Record record = example_record(Seconds{});
  record.shard = "4/4";
  const auto bad = folder_.path() / "bad";
  RecordLog(bad, {}).append(record);
  EXPECT_THROW(merged({bad}), ContractError);
  EXPECT_FALSE(std::filesystem::exists(whole_));
}

}  // namespace
}  // namespace slim::experiments
