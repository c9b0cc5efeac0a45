#include "experiments/record_log.hpp"

#include "reference/vocabulary/contract.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;

struct Lines {
  std::vector<Record> records;
  std::size_t whole = 0;  ///< bytes of the lines that are records
  std::size_t all = 0;
};

Lines read_lines(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  require(stream.is_open(), file.string() + ": cannot be read");
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  Lines lines{.records = {}, .whole = 0, .all = text.size()};
  std::size_t begin = 0;
  for (std::size_t number = 1; begin < text.size(); ++number) {
    const std::size_t newline = text.find('\n', begin);
    const bool cut = newline == std::string::npos;
    const std::size_t end = cut ? text.size() : newline + 1;
    if (cut) break;
    try {
      lines.records.push_back(parse_record(std::string_view(text).substr(begin, newline - begin)));
    } catch (const ContractError& error) {
      require(end == text.size(),
              fmt::format("{}: line {}: {}", file.string(), number, error.what()));
      break;
    }
    lines.whole = begin = end;
  }
  return lines;
}

[[noreturn]] void fail(const fs::path& file, const char* what) {
  throw std::runtime_error(fmt::format("{}: {}: {}", file.string(), what, std::strerror(errno)));
}

}  // namespace

std::string why_not_locked(int error) {
  if (error == EWOULDBLOCK) {
    return "another process is writing it; wait for it, or give another --out";
  }
  return "cannot be locked: " + std::generic_category().message(error);
}

RecordLog::RecordLog(const fs::path& folder, const std::function<void(std::string)>& say)
    : file_(folder / "records.jsonl") {
  std::error_code status;
  fs::create_directories(folder, status);
  require(!status, folder.string() + ": cannot be made: " + status.message());
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  require(descriptor_ >= 0, fmt::format("{}: cannot be written: {}", file_.string(),
                                        std::generic_category().message(errno)));
  try {
    require(::flock(descriptor_, LOCK_EX | LOCK_NB) == 0,
            file_.string() + ": " + why_not_locked(errno));
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
      fmt::format("{}: its last line was cut off while being written: {} bytes removed, that "
                  "sample is measured again",
                  file_.string(), lines.all - lines.whole));
}

const Record* RecordLog::find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

void RecordLog::append(const Record& record) {
  const std::string line = to_line(record) + "\n";
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size())) fail(file_, "a record could not be written");
  if (::fsync(descriptor_) != 0) fail(file_, "a record could not be kept");
  records_.insert_or_assign(identity(record), record);
}

std::vector<Record> read_records(const fs::path& file,
                                 const std::function<void(std::string)>& say) {
  Lines lines = read_lines(file);
  if (lines.whole != lines.all && say) {
    say(fmt::format("{}: its last line was cut off while being written, and is left out",
                    file.string()));
  }
  return std::move(lines.records);
}

bool is_older(const Record& a, const Record& b) {
  return a.provenance.date < b.provenance.date;
}

std::vector<Record> newest(const std::vector<Record>& records) {
  const auto origin = [](const Record& record) {
    Provenance p = record.provenance;
    p.date = p.commit = p.version = "";
    return p;
  };
  std::unordered_map<std::string, const Record*> last;
  for (const Record& record : records) {
    const Record*& known = last[place(record)];
    if (known == nullptr || !is_older(record, *known)) known = &record;
  }
  std::map<std::string, std::size_t> seen;  // a sample measured twice counts once, as measured last
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
