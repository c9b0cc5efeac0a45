// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record_log.hpp"

#include "experiments/records/example_records.hpp"
#include "experiments/slim_measure/temporary_folder.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace slim::experiments {
namespace {

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Record sample(int number, double seconds = 1.0) {
  Record record = example_record(Seconds{.seconds = seconds});
  record.sample = number;
  return record;
}

class Log : public testing::Test {
 protected:
  Log() : file_(folder_.path() / "records.jsonl") {
    RecordLog log(folder_.path(), {});
    for (int number = 0; number < 3; ++number) log.append(sample(number));
  }
  /// Opens the log again and returns its messages.
  std::vector<std::string> reopened() {
    std::vector<std::string> messages;
    const RecordLog log(folder_.path(), [&](const std::string& line) { messages.push_back(line); });
    found_ = 0;
    for (int number = 0; number < 3; ++number) {
      found_ += log.find(identity(sample(number))) != nullptr ? 1 : 0;
    }
    return messages;
  }
  TemporaryFolder folder_;
  std::filesystem::path file_;
  int found_ = 0;
};

TEST_F(Log, FindsAppendedRecords) {
  EXPECT_TRUE(reopened().empty());
  EXPECT_EQ(found_, 3);
  EXPECT_EQ(read_records(file_).size(), 3U);
}

TEST_F(Log, TruncationLosesOnlyTheLastRecord) {
  const std::string whole = bytes_of(file_);
  const std::size_t second_end = whole.find('\n', whole.find('\n') + 1) + 1;
  for (std::size_t size = second_end + 1; size < whole.size(); size += 37) {
    folder_.write("records.jsonl", whole.substr(0, size));
    const std::vector<std::string> messages = reopened();
    EXPECT_EQ(found_, 2);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_NE(messages[0].find("the last line was incomplete"), std::string::npos);
    EXPECT_EQ(bytes_of(file_), whole.substr(0, second_end));
    EXPECT_TRUE(reopened().empty()) << "a repair is reported once";
  }
}

TEST_F(Log, AnInvalidLastLineIsRemoved) {
  const std::string whole = bytes_of(file_);
  folder_.write("records.jsonl", whole + std::string(100, '\0') + "\n");
  EXPECT_EQ(reopened().size(), 1U);
  EXPECT_EQ(found_, 3);
  EXPECT_EQ(bytes_of(file_), whole);
}

TEST_F(Log, ALastLineOfAnotherVersionIsRejectedAndKept) {
  const std::string whole = bytes_of(file_);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  std::string newer = whole.substr(last);
  newer.replace(newer.find("\"schema\":1"), 10, "\"schema\":2");
  std::string other = whole.substr(last);
  other.replace(other.find("\"quantity\":\"seconds\""), 20, "\"quantity\":\"joules\"");
  for (const std::string& line : {newer, other, std::string("{}\n"), std::string("[1]\n")}) {
    folder_.write("records.jsonl", whole + line);
    try {
      reopened();
      ADD_FAILURE() << line;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find("records.jsonl: line 4: "), std::string::npos)
          << error.what();
    }
    EXPECT_THROW(read_records(file_), ContractError) << line;
    EXPECT_EQ(bytes_of(file_), whole + line);
  }
}

TEST_F(Log, ARecordWithoutANewlineIsIncomplete) {
  const std::string whole = bytes_of(file_);
  folder_.write("records.jsonl", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(reopened().size(), 1U);
  EXPECT_EQ(found_, 2);
}

TEST_F(Log, AFolderInsteadOfTheFileIsRejected) {
  std::filesystem::remove(file_);
  std::filesystem::create_directories(file_);
  EXPECT_THROW(reopened(), ContractError);
  EXPECT_THROW(read_records(file_), ContractError);
}

TEST_F(Log, ATextWithANameThatIsNotUtf8HasRecords) {
  Record record = sample(3);
  record.setting.corpus = "/somewhere/te\xffxt";
  RecordLog(folder_.path(), {}).append(record);
  const std::vector<Record> records = read_records(file_);
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records.back().setting.corpus, "te\xef\xbf\xbdxt");
}

TEST_F(Log, AnInvalidLineBeforeTheLastIsRejectedAndKept) {
  const std::string broken = "garbage\n" + bytes_of(file_);
  folder_.write("records.jsonl", broken);
  EXPECT_THROW(reopened(), ContractError);
  EXPECT_EQ(bytes_of(file_), broken);
}

TEST_F(Log, TwoProcessesCannotWriteTheSameFile) {
  const RecordLog log(folder_.path(), {});
  try {
    const RecordLog again(folder_.path(), {});
    FAIL();
  } catch (const ContractError& error) {
    EXPECT_NE(std::string(error.what()).find("another process is writing this file"),
              std::string::npos);
  }
}

TEST_F(Log, AFileSystemWithoutLocksIsReportedAsSuch) {
  EXPECT_EQ(why_not_locked(ENOLCK), "cannot be locked: No locks available");
}

TEST_F(Log, AFolderThatCannotBeCreatedIsRejected) {
  folder_.write("file", "x");
  EXPECT_THROW(RecordLog(folder_.path() / "file" / "folder", {}), ContractError);
}

TEST_F(Log, ReadersReportAnIncompleteLineAndKeepIt) {
  const std::string cut = bytes_of(file_).substr(0, bytes_of(file_).size() - 5);
  folder_.write("records.jsonl", cut);
  std::vector<std::string> messages;
  EXPECT_EQ(read_records(file_, [&](const std::string& line) { messages.push_back(line); }).size(),
            2U);
  EXPECT_EQ(messages, std::vector<std::string>(
                          {file_.string() + ": the last line is incomplete and is skipped"}));
  EXPECT_EQ(read_records(file_).size(), 2U);
  EXPECT_EQ(bytes_of(file_), cut);
}

TEST_F(Log, NewestDependsOnTheDateNotOnThePositionInTheFile) {
  // As after a merge of a new folder and an old one.
  Record fresh = sample(0, 1.0);
  fresh.provenance.code = "new";
  fresh.provenance.date = "2026-02-01T00:00:00Z";
  const std::vector<Record> kept = newest({fresh, sample(0, 2.0), sample(1, 3.0)});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].provenance.code, "new");
  Record again = fresh;
  again.provenance.date = "2026-02-02T00:00:00Z";
  again.measured = Seconds{.seconds = 4.0};
  EXPECT_EQ(std::get<Seconds>(newest({again, fresh}).at(0).measured).seconds, 4.0);
}

TEST_F(Log, NewestKeepsAllSamplesOfTheLastCodeAtEachPlace) {
  std::vector<Record> records = {sample(0, 1.0), sample(1, 2.0)};
  Record elsewhere = sample(0, 3.0);
  elsewhere.setting.length = 2048;
  records.push_back(elsewhere);
  for (const double seconds : {4.0, 5.0}) {
    Record fresh = sample(static_cast<int>(seconds) - 4, seconds);
    fresh.provenance.code = "changed";
    records.push_back(fresh);
  }
  std::vector<double> kept;
  for (const Record& record : newest(records)) {
    kept.push_back(std::get<Seconds>(record.measured).seconds);
  }
  EXPECT_EQ(kept, (std::vector<double>{3.0, 4.0, 5.0}));
}

}  // namespace
}  // namespace slim::experiments
