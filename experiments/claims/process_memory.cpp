// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/process_memory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

namespace slim::experiments {
namespace {

/// Memory of a process that is not counted: stacks, pages of the program that no small gradient has
/// touched, and the partial pages at both ends of arrays. Units: bytes.
constexpr double own_pages = 256 << 10;
constexpr std::int64_t rounding_of_scratch = 1 << 10;
constexpr std::int64_t small_scratch = 1 << 20;

struct ProcessCell {
  Setting setting;
  double counted = 0.0;
  double scratch = 0.0;
  double grown = 0.0;

  /// Difference between growth and count; scratch that is never touched is not a difference.
  [[nodiscard]] double off() const {
    const double less = std::max(0.0, counted - grown - scratch);
    return grown > counted ? grown - counted : -less;
  }
  [[nodiscard]] double raw_share() const { return std::abs(off()) / counted; }
};

std::string key_of(const std::string& experiment, const Setting& setting) {
  return fmt::format("{} {}", experiment, fmt::join(to_arguments(setting), " "));
}

/// All counts with scratch, by setting.
std::map<std::string, const Record*> counts_of(std::span<const Record> records) {
  std::map<std::string, const Record*> counts;
  for (const Record& record : records) {
    const auto* bytes = std::get_if<Bytes>(&record.measured);
    if (bytes == nullptr || !bytes->scratch.has_value()) continue;
    counts[key_of(record.experiment, record.setting)] = &record;
  }
  return counts;
}

/// All processes whose bytes were counted, sorted by L.
std::vector<ProcessCell> cells_of(std::span<const Record> records,
                                  const std::map<std::string, const Record*>& counts) {
  std::vector<ProcessCell> cells;
  for (const Record& record : records) {
    const auto* process = std::get_if<ProcessPeak>(&record.measured);
    if (process == nullptr) continue;
    const auto known = counts.find(key_of(record.experiment, record.setting));
    if (known == counts.end()) continue;
    const auto& bytes = std::get<Bytes>(known->second->measured);
    cells.push_back({.setting = record.setting,
                     .counted = counted_bytes(bytes),
                     .scratch = static_cast<double>(*bytes.scratch),
                     .grown = static_cast<double>(process->peak - process->baseline)});
  }
  std::stable_sort(cells.begin(), cells.end(), [](const ProcessCell& a, const ProcessCell& b) {
    return a.setting.length < b.setting.length;
  });
  return cells;
}

/// Key of the settings that differ in L only.
std::string series_key(const std::string& experiment, Setting setting) {
  setting.length = 0;
  return key_of(experiment, setting);
}

/// Groups of cells that differ in L only, at a fixed C below L.
std::vector<std::vector<const ProcessCell*>> over_length(const std::vector<ProcessCell>& cells) {
  std::map<std::string, std::vector<const ProcessCell*>> series;
  for (const ProcessCell& cell : cells) {
    if (!cell.setting.full_pass()) series[series_key("", cell.setting)].push_back(&cell);
  }
  std::vector<std::vector<const ProcessCell*>> all;
  for (auto& [place, of_place] : series) {
    if (of_place.size() >= 3) all.push_back(std::move(of_place));
  }
  return all;
}

/// The largest increase of the difference from a shorter to a longer L.
double growth_of(const std::vector<const ProcessCell*>& series) {
  double growth = 0.0;
  double least = series.front()->off();
  for (const ProcessCell* cell : series) {
    least = std::min(least, cell->off());
    growth = std::max(growth, cell->off() - least);
  }
  return growth;
}

std::string in_words(const ProcessCell& cell) {
  constexpr double mebibyte = 1 << 20;
  return fmt::format("at L = {}, C = {} it grew by {:.2f} MiB, and {:.2f} MiB were counted",
                     cell.setting.length, cell.setting.slice, cell.grown / mebibyte,
                     cell.counted / mebibyte);
}

/// What is wrong with memory that the ledger does not count as the gradient's; empty: nothing.
std::string against_others(const std::map<std::string, const Record*>& counts) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> ranges;
  for (const auto& [key, record] : counts) {
    const Setting& setting = record->setting;
    const auto& bytes = std::get<Bytes>(record->measured);
    const auto at = fmt::format("at L = {}, C = {}", setting.length, setting.slice);
    const auto ids =
        static_cast<std::int64_t>(sizeof(std::int32_t)) * setting.batch * (setting.length + 1);
    if (bytes.tokens != ids) {
      return fmt::format("{}, token ids take {} bytes, not {}", at, bytes.tokens, ids);
    }
    if (*bytes.scratch > std::max(bytes.peak - bytes.tokens, small_scratch)) {
      return fmt::format("{}, {} bytes are outside of the ledger, more than in it", at,
                         *bytes.scratch);
    }
    if (setting.full_pass()) continue;
    const std::int64_t others = *bytes.scratch + bytes.parameters + bytes.gradient;
    const auto [range, is_new] =
        ranges.emplace(series_key(record->experiment, setting), std::pair(others, others));
    auto& [least, most] = range->second;
    least = std::min(least, others);
    most = std::max(most, others);
    if (most - least > rounding_of_scratch) {
      return fmt::format(
          "at C = {}, bytes of parameters and outside of the ledger differ by {} over L",
          setting.slice, most - least);
    }
  }
  return {};
}

}  // namespace

ProcessMemory process_memory(std::span<const Record> records, double bound) {
  const std::map<std::string, const Record*> counts = counts_of(records);
  const std::vector<ProcessCell> cells = cells_of(records, counts);
  const auto series = over_length(cells);
  const double smallest = own_pages / bound;
  ProcessMemory memory{.processes = cells.size(),
                       .three_lengths = !series.empty(),
                       .low = std::numeric_limits<double>::infinity(),
                       .against = against_others(counts)};
  const ProcessCell* worst = nullptr;
  double raw_of_large = 0.0;
  for (const ProcessCell& cell : cells) {
    const double share = std::abs(cell.off()) / std::max(cell.counted, smallest);
    if (worst == nullptr || !(share <= memory.high)) {
      memory.high = share;
      worst = &cell;
    }
    memory.low = std::min(memory.low, share);
    if (cell.counted >= smallest) raw_of_large = std::max(raw_of_large, cell.raw_share());
  }
  double growth = 0.0;
  for (const auto& of_slice : series) growth = std::max(growth, growth_of(of_slice));
  if (worst == nullptr) memory.low = 0.0;
  if (worst == nullptr || !memory.against.empty()) return memory;
  if (!(memory.high <= bound)) {
    memory.against = "memory escapes the counter: " + in_words(*worst);
  } else if (!(growth <= own_pages)) {
    memory.against = fmt::format(
        "memory escapes the counter: at fixed C the difference grows by {:.0f} KiB over L",
        growth / 1024);
  }
  memory.evidence = fmt::format(
      "{} fresh processes; largest difference: {}, off by {:.0f} KiB; where at least {:.0f} MiB "
      "were counted they are off by at most {:.1f} %; at fixed C the difference grows by {:.0f} "
      "KiB over L",
      cells.size(), in_words(*worst), worst->off() / 1024, smallest / (1 << 20),
      100.0 * raw_of_large, growth / 1024);
  return memory;
}

}  // namespace slim::experiments
