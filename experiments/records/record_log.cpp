// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/record_log.hpp"

#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/output_error.hpp"
#include "reference/vocabulary/system/text_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;

struct Lines {
  std::vector<Record> records;
  std::size_t whole = 0;  ///< bytes of the complete lines
  std::size_t all = 0;
};

/// A last line is incomplete when it has no newline, or when it is not JSON because the disk kept
/// other bytes. Any other line that is not a record is an error, because it may belong to a newer
/// version.
Lines read_lines(const fs::path& file) {
  const std::string text = read_text_file(file);
  Lines lines{.records = {}, .whole = 0, .all = text.size()};
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const std::size_t newline = text.find('\n', begin);
    if (newline == std::string::npos) break;
    const std::string_view line = std::string_view(text).substr(begin, newline - begin);
    const bool is_last = newline + 1 == text.size();
    if (is_last && !nlohmann::json::accept(line)) break;
    try {
      lines.records.push_back(parse_record(line));
    } catch (const ContractError& error) {
      throw ContractError(fmt::format(
          "{}: line {}: {}{}", file.string(), number, error.what(),
          is_last ? "; remove the line, or read it with the version that wrote it" : ""));
    }
    lines.whole = begin = newline + 1;
  }
  return lines;
}

std::error_code last_error() {
  return {errno, std::generic_category()};
}

[[noreturn]] void fail(const fs::path& file, const char* what) {
  throw OutputError(fmt::format("{}: {}: {}", file.string(), what, last_error().message()));
}

}  // namespace

std::string why_not_locked(int error) {
  if (error == EWOULDBLOCK) {
    return "another process is writing this file; wait until it ends, or give another --out";
  }
  return "cannot be locked: " + std::generic_category().message(error);
}

RecordLog::RecordLog(const fs::path& folder, const std::function<void(std::string)>& say)
    : file_(folder / "records.jsonl") {
  std::error_code status;
  fs::create_directories(folder, status);
  if (status) throw_output_error(folder.string(), status);
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw_output_error(file_.string(), last_error());
  try {
    // Before the message, because the text depends on errno.
    const bool locked = ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
    require(locked, file_.string() + ": " + why_not_locked(errno));
    read_and_repair(say);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

RecordLog::~RecordLog() {
  ::close(descriptor_);
}

void RecordLog::read_and_repair(const std::function<void(std::string)>& say) {
  Lines lines = read_lines(file_);
  for (Record& record : lines.records) {
    std::string key = identity(record);
    records_.insert_or_assign(std::move(key), std::move(record));
  }
  if (lines.whole == lines.all) return;
  if (::ftruncate(descriptor_, static_cast<off_t>(lines.whole)) != 0) {
    fail(file_, "cannot be repaired");
  }
  if (!say) return;
  say(
      fmt::format("{}: the last line was incomplete: {} bytes were removed, and the "
                  "sample is measured again",
                  file_.string(), lines.all - lines.whole));
}

const Record* RecordLog::find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

void RecordLog::append(const Record& record) {
  const std::string line = to_line(record) + "\n";
  struct stat before {};
  if (::fstat(descriptor_, &before) != 0) fail(file_, "a record could not be written");
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t written = ::write(descriptor_, line.data() + done, line.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const std::error_code error = last_error();
      // Otherwise a record of another thread would be appended to half a line.
      if (::ftruncate(descriptor_, before.st_size) != 0) fail(file_, "cannot be repaired");
      errno = error.value();
      fail(file_, "a record could not be written");
    }
    done += static_cast<std::size_t>(written);
  }
  if (::fsync(descriptor_) != 0) fail(file_, "a record could not be flushed to disk");
  records_.insert_or_assign(identity(record), record);
}

std::vector<Record> read_records(const fs::path& file,
                                 const std::function<void(std::string)>& say) {
  Lines lines = read_lines(file);
  if (lines.whole != lines.all && say) {
    say(fmt::format("{}: the last line is incomplete and is skipped", file.string()));
  }
  return std::move(lines.records);
}

bool is_older(const Record& a, const Record& b) {
  return a.provenance.date < b.provenance.date;
}

std::vector<Record> newest(const std::vector<Record>& records) {
  const auto origin = [](const Record& record) {
    Provenance p = record.provenance;
    p.date = p.commit = p.version = p.host = "";
    return p;
  };
  std::unordered_map<std::string, const Record*> last;
  for (const Record& record : records) {
    const Record*& known = last[place(record)];
    if (known == nullptr || !is_older(record, *known)) known = &record;
  }
  std::map<std::string, std::size_t> seen;  // of a sample measured twice only the last counts
  std::vector<Record> result;
  for (const Record& record : records) {
    if (origin(*last.at(place(record))) != origin(record)) continue;
    const auto [where, fresh] = seen.emplace(identity(record), result.size());
    if (fresh) {
      result.push_back(record);
    } else if (!is_older(record, result[where->second])) {
      result[where->second] = record;
    }
  }
  return result;
}

}  // namespace slim::experiments
