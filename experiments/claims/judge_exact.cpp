// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

namespace slim::experiments {
namespace {

/// An error relative to 50 digits; for float32 gradients also one relative to float64, because the
/// difference is far below the resolution of float32.
std::optional<GradientError> error_of(const Record& record) {
  if (const auto* error = std::get_if<GradientError>(&record.measured)) return *error;
  const auto* discrepancy = std::get_if<GradientDiscrepancy>(&record.measured);
  if (discrepancy == nullptr || record.setting.scalar != Scalar::float32) return std::nullopt;
  const auto& [relative, refusal, tensor, zero] = *discrepancy;
  return GradientError{relative, refusal, tensor, zero};
}

using SeedsByLength = std::map<Index, std::set<std::uint64_t>>;

/// "L from 256 (3 seeds) to 65536 (1 seed)"
std::string in_words(const SeedsByLength& seeds) {
  const auto at = [](const auto& entry) {
    const std::size_t count = entry.second.size();
    return fmt::format("{} ({} seed{})", entry.first, count, count == 1 ? "" : "s");
  };
  if (seeds.size() == 1) return "L = " + at(*seeds.begin());
  return fmt::format("L from {} to {}", at(*seeds.begin()), at(*seeds.rbegin()));
}

/// The records of one feature map.
struct MapErrors {
  double largest = 0.0;  ///< NaN once any error is NaN
  double smallest = std::numeric_limits<double>::infinity();
  std::size_t cells = 0;
  bool one = false;      ///< C = 1
  bool several = false;  ///< 1 < C < L
  bool full = false;     ///< C ≥ L
  std::string tensor;    ///< with the largest error
  std::string zero;      ///< tensors that are zero in some record
  SeedsByLength seeds;

  void add(const Setting& setting, const GradientError& error) {
    seeds[setting.length].insert(setting.seed);
    if (zero.empty()) zero = error.zero_tensors;
    if (std::isnan(largest)) return;
    if (cells == 0 || !(error.relative <= largest)) {
      largest = error.relative;
      tensor = error.tensor;
    }
    smallest = std::min(smallest, error.relative);
    ++cells;
    one = one || setting.slice == 1;
    full = full || setting.full_pass();
    several = several || (setting.slice > 1 && !setting.full_pass());
  }
  [[nodiscard]] bool enough() const { return one && several && full; }
};

}  // namespace

Verdict judge_exact(const Claim& claim, std::span<const Record> records) {
  std::map<std::string, MapErrors> errors_of;
  for (const Record& record : records) {
    const std::optional<GradientError> error = error_of(record);
    if (!error || record.setting.subject != claim.subject ||
        record.setting.scalar != parse_scalar(claim.scalar) ||
        std::count(claim.experiments.begin(), claim.experiments.end(), record.experiment) == 0) {
      continue;
    }
    errors_of[name(record.setting.model.feature_map)].add(record.setting, *error);
  }

  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = 0.0,
                  .low = std::numeric_limits<double>::infinity(),
                  .high = 0.0,
                  .evidence = {}};
  std::size_t cells = 0;
  SeedsByLength seeds;
  std::string worst;
  std::string zero;
  std::string missing;
  for (const std::string& map : claim.feature_maps) {
    const MapErrors& at = errors_of[map];
    cells += at.cells;
    for (const auto& [length, of_length] : at.seeds) {
      seeds[length].insert(of_length.begin(), of_length.end());
    }
    if (at.cells > 0 && !(at.largest <= claim.bound)) {
      verdict.answer = Answer::refuted;
      verdict.value = verdict.high = at.largest;
      verdict.low = at.smallest;
      verdict.evidence =
          fmt::format("with feature map {} the error is {:.2g}, above {:.2g}, in {}; {}", map,
                      at.largest, claim.bound, at.tensor, in_words(at.seeds));
      return verdict;
    }
    if (at.largest >= verdict.high) worst = at.tensor;
    if (!at.zero.empty()) zero += fmt::format("; with {}, zero: {}", map, at.zero);
    verdict.value = verdict.high = std::max(verdict.high, at.largest);
    verdict.low = std::min(verdict.low, at.smallest);
    if (!at.enough()) missing += (missing.empty() ? "" : ", ") + map;
  }
  if (!missing.empty() || cells == 0) {
    verdict.answer = Answer::inconclusive;
    verdict.value = verdict.low = verdict.high = std::numeric_limits<double>::quiet_NaN();
    verdict.evidence = "records with C = 1, several slices or the full pass are missing for " +
                       (missing.empty() ? "every feature map" : missing);
    return verdict;
  }
  const std::size_t maps = claim.feature_maps.size();
  verdict.evidence =
      fmt::format("largest error {:.1e}, in {}, of {} gradients, {} feature map{}, {}{}",
                  verdict.value, worst, cells, maps, maps == 1 ? "" : "s", in_words(seeds), zero);
  for (const auto& [map, at] : errors_of) {
    const bool judged = std::find(claim.feature_maps.begin(), claim.feature_maps.end(), map) !=
                        claim.feature_maps.end();
    if (!judged && at.cells > 0) {
      verdict.evidence += fmt::format("; not judged, {}: {:.1e}", map, at.largest);
    }
  }
  return verdict;
}

}  // namespace slim::experiments
