#include "experiments/merge.hpp"

#include "experiments/record_log.hpp"
#include "experiments/sweep.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>

namespace slim::experiments {
namespace {

/// Of each experiment and scale the parts that there are, by how many make the whole.
std::vector<std::string> missing_parts(std::span<const Record> records) {
  std::map<std::pair<std::string, std::string>, std::map<std::uint64_t, std::set<std::uint64_t>>>
      sweeps;
  for (const Record& record : records) {
    const Shard shard = record.shard.empty() ? Shard() : parse_shard(record.shard);
    sweeps[{record.experiment, record.scale}][shard.count].insert(shard.index);
  }
  std::vector<std::string> missing;
  for (const auto& [sweep, by_count] : sweeps) {
    if (by_count.contains(1)) continue;
    for (const auto& [count, there] : by_count) {
      std::vector<std::string> parts;
      for (std::uint64_t index = 0; index < count; ++index) {
        if (!there.contains(index)) parts.push_back(name(Shard{.index = index, .count = count}));
      }
      if (parts.empty()) continue;
      missing.push_back(
          fmt::format("{} at scale {}: {}", sweep.first, sweep.second, fmt::join(parts, ", ")));
    }
  }
  return missing;
}

}  // namespace

MergeReport merge_records(const std::vector<std::filesystem::path>& parts,
                          const std::filesystem::path& folder) {
  std::vector<Record> records;
  for (const std::filesystem::path& part : parts) {
    const std::vector<Record> own = read_records(part / "records.jsonl");
    records.insert(records.end(), own.begin(), own.end());
  }
  MergeReport report;
  RecordLog log(folder, [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  for (const Record& record : records) {
    if (log.find(identity(record)) != nullptr) {
      ++report.known;
    } else {
      log.append(record);
      ++report.taken;
    }
  }
  report.missing = missing_parts(read_records(log.file()));
  return report;
}

}  // namespace slim::experiments
