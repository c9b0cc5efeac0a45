#pragma once

#include "experiments/records/record.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace slim::experiments {

/// The records of a folder, DIR/records.jsonl: read when opened, then only appended to. A record is
/// on the disk, whole, when append() returns, so that a kill at any moment loses none but the one
/// being measured.
class RecordLog {
 public:
  /// Makes the folder and the file where they are missing, and takes the file for this process. A
  /// last line that was cut off while being written (without its newline, or not JSON) is removed,
  /// and `say` is called. Throws ContractError, one line that starts with the path, when the folder
  /// cannot be written, another process has the file, it cannot be locked, or any other line is no
  /// record of this version; OutputError when the disk is full.
  RecordLog(const std::filesystem::path& folder, const std::function<void(std::string)>& say);
  RecordLog(const RecordLog&) = delete;
  RecordLog& operator=(const RecordLog&) = delete;
  ~RecordLog();

  /// The record with this identity, or null.
  [[nodiscard]] const Record* find(const std::string& identity) const;
  /// Throws OutputError when the disk does not take it whole.
  void append(const Record& record);

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void read_and_repair(const std::function<void(std::string)>& say);

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::map<std::string, Record> records_;
};

/// What an error of flock says to people: another process, or what the system calls it.
std::string why_not_locked(int error);

/// Every record of a file in the order of writing; a last line that was cut off is left out, and
/// `say` is called.
/// Throws ContractError when the file cannot be read or any other line is no record.
std::vector<Record> read_records(const std::filesystem::path& file,
                                 const std::function<void(std::string)>& say = {});

/// By their dates, which are all in one time zone.
bool is_older(const Record& a, const Record& b);

/// Only the newest of each place: where code or flags changed, the records of those of the last
/// date, wherever in the file they stand (of one date: the last); every sample of these is kept.
std::vector<Record> newest(const std::vector<Record>& records);

}  // namespace slim::experiments
