// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <map>

namespace slim::experiments {
namespace {

/// Memory of a process that is not counted: stacks, pages of the program that no small gradient has
/// touched, and the partial pages at both ends of arrays. Units: bytes.
constexpr double own_pages = 256 << 10;

struct CountedBytes {
  double bytes = 0.0;
  double scratch = 0.0;  ///< part of `bytes`: packing buffers, which may be used in part only
};

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

std::string place_of(const std::string& experiment, const Setting& setting) {
  return fmt::format("{} {}", experiment, fmt::join(to_arguments(setting), " "));
}

/// All processes whose bytes were counted, sorted by L.
std::vector<ProcessCell> cells_of(const Claim& claim, std::span<const Record> records) {
  std::map<std::string, CountedBytes> counted;
  const auto belongs = [&](const Record& record) {
    return names_experiment(claim, record.experiment) && record.setting.subject == claim.subject;
  };
  for (const Record& record : records) {
    const auto* bytes = std::get_if<Bytes>(&record.measured);
    if (bytes == nullptr || !bytes->scratch.has_value() || !belongs(record)) continue;
    counted[place_of(record.experiment, record.setting)] = {
        .bytes = static_cast<double>(bytes->peak - bytes->tokens + *bytes->scratch),
        .scratch = static_cast<double>(*bytes->scratch)};
  }
  std::vector<ProcessCell> cells;
  for (const Record& record : records) {
    const auto* process = std::get_if<ProcessPeak>(&record.measured);
    if (process == nullptr || !belongs(record)) continue;
    const auto known = counted.find(place_of(record.experiment, record.setting));
    if (known == counted.end()) continue;
    cells.push_back({.setting = record.setting,
                     .counted = known->second.bytes,
                     .scratch = known->second.scratch,
                     .grown = static_cast<double>(process->peak - process->baseline)});
  }
  std::stable_sort(cells.begin(), cells.end(), [](const ProcessCell& a, const ProcessCell& b) {
    return a.setting.length < b.setting.length;
  });
  return cells;
}

/// Groups of cells that differ in L only, at a fixed C below L.
std::vector<std::vector<const ProcessCell*>> over_length(const std::vector<ProcessCell>& cells) {
  std::map<std::string, std::vector<const ProcessCell*>> series;
  for (const ProcessCell& cell : cells) {
    if (cell.setting.full_pass()) continue;
    Setting shared = cell.setting;
    shared.length = 0;
    series[place_of("", shared)].push_back(&cell);
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

}  // namespace

Verdict judge_process(const Claim& claim, std::span<const Record> records) {
  constexpr std::size_t fewest = 6;
  const std::vector<ProcessCell> cells = cells_of(claim, records);
  const auto series = over_length(cells);
  const double smallest = own_pages / claim.bound;
  Verdict verdict{.claim = claim, .answer = Answer::supported, .evidence = {}};
  verdict.low = std::numeric_limits<double>::infinity();
  const ProcessCell* worst = nullptr;
  double raw_of_large = 0.0;
  for (const ProcessCell& cell : cells) {
    const double share = std::abs(cell.off()) / std::max(cell.counted, smallest);
    if (worst == nullptr || !(share <= verdict.value)) {
      verdict.value = share;
      worst = &cell;
    }
    verdict.low = std::min(verdict.low, share);
    if (cell.counted >= smallest) raw_of_large = std::max(raw_of_large, cell.raw_share());
  }
  verdict.high = verdict.value;
  double growth = 0.0;
  for (const auto& of_slice : series) growth = std::max(growth, growth_of(of_slice));
  if (worst != nullptr && !(verdict.value <= claim.bound)) {
    verdict.answer = Answer::refuted;
    verdict.evidence = "memory escapes the counter: " + in_words(*worst);
  } else if (!(growth <= own_pages)) {
    verdict.answer = Answer::refuted;
    verdict.evidence = fmt::format(
        "memory escapes the counter: at fixed C the difference grows by {:.0f} KiB over L",
        growth / 1024);
  } else if (cells.size() < fewest || series.empty()) {
    return inconclusive(claim, fmt::format("records are missing: {} processes and their bytes, "
                                           "including three lengths at one C",
                                           fewest));
  } else {
    verdict.evidence = fmt::format(
        "{} fresh processes; largest difference: {}, off by {:.0f} KiB; where at least {:.0f} "
        "MiB were counted they are off by at most {:.1f} %; at fixed C the difference grows by "
        "{:.0f} KiB over L",
        cells.size(), in_words(*worst), worst->off() / 1024, smallest / (1 << 20),
        100.0 * raw_of_large, growth / 1024);
  }
  return verdict;
}

}  // namespace slim::experiments
