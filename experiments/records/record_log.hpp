// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace slim::experiments {

/// The records of a folder, DIR/records.jsonl. The file is read when opened, and only appended to
/// later. When append() returns, the complete record is on the disk, so that a kill loses only the
/// record that is being measured.
class RecordLog {
 public:
  /// Creates the folder and the file if they do not exist, and locks the file for this process. An
  /// incomplete last line (without its newline, or not JSON) is removed and reported with `say`.
  /// Throws ContractError, one line that starts with the path, when the folder is not writable,
  /// another process has locked the file, it cannot be locked, or another line is not a record of
  /// this version; OutputError when the disk is full.
  RecordLog(const std::filesystem::path& folder, const std::function<void(std::string)>& say);
  RecordLog(const RecordLog&) = delete;
  RecordLog& operator=(const RecordLog&) = delete;
  ~RecordLog();

  /// The record with this identity, or null.
  [[nodiscard]] const Record* find(const std::string& identity) const;
  /// Throws OutputError when the record cannot be written completely.
  void append(const Record& record);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void read_and_repair(const std::function<void(std::string)>& say);

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::map<std::string, Record> records_;
};

/// Message for an error of flock: another process, or the system's error text.
std::string why_not_locked(int error);

/// All records of a file in the order of writing. An incomplete last line is skipped and reported
/// with `say`.
/// Throws ContractError when the file cannot be read or another line is not a record.
std::vector<Record> read_records(const std::filesystem::path& file,
                                 const std::function<void(std::string)>& say = {});

/// Compares dates, which are all in one time zone.
bool is_older(const Record& a, const Record& b);

/// The newest records of each place: where code or flags changed, those with the code and flags of
/// the last date, wherever in the file they are (for equal dates: the last in the file). All
/// samples of these are kept.
std::vector<Record> newest(const std::vector<Record>& records);

}  // namespace slim::experiments
