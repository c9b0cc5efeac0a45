// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/merge.hpp"

#include "experiments/records/record_log.hpp"
#include "experiments/records/shard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace slim::experiments {
namespace {

namespace fs = std::filesystem;

struct Taken {
  Record record;
  fs::path part;
};

/// The missing parts of each experiment and scale, by the total number of parts.
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

MergeReport merge_records(const std::vector<fs::path>& parts, const fs::path& folder,
                          const std::function<void(std::string)>& say) {
  std::optional<RecordLog> log;
  if (fs::exists(folder / "records.jsonl")) log.emplace(folder, say);
  MergeReport report;
  std::vector<Taken> fresh;
  std::map<std::string, std::size_t> place_in_fresh;
  for (const fs::path& part : parts) {
    for (const Record& record : read_records(part / "records.jsonl", say)) {
      const std::string key = identity(record);
      const Record* known = log.has_value() ? log->find(key) : nullptr;
      fs::path where = folder;
      if (known == nullptr) {
        const auto [at, is_new] = place_in_fresh.emplace(key, fresh.size());
        if (is_new) {
          fresh.push_back({record, part});
          continue;
        }
        known = &fresh[at->second].record;
        where = fresh[at->second].part;
      }
      if (exact_result(*known) == exact_result(record)) {
        ++report.known;
      } else {
        report.conflicts.push_back(fmt::format(
            "{} {}, {}: {} and {}", record.experiment, name(quantity_of(record.measured)),
            summary(record.setting), where.string(), part.string()));
      }
    }
  }
  if (!report.conflicts.empty()) return report;
  std::vector<Record> whole;
  if (log.has_value()) whole = read_records(log->file());
  for (const Taken& taken : fresh) whole.push_back(taken.record);
  report.missing = missing_parts(whole);  // throws when a part is invalid
  if (!log.has_value()) log.emplace(folder, say);
  for (const Taken& taken : fresh) log->append(taken.record);
  report.taken = fresh.size();
  return report;
}

}  // namespace slim::experiments
