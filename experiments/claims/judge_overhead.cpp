// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace slim::experiments {

namespace {

/// The ratios of one kind of first sweep.
struct OverheadRange {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;  ///< NaN once any ratio is NaN
  std::set<Index> slices;

  void add(const Setting& setting, double ratio) {
    slices.insert(setting.slices());
    if (std::isnan(high)) return;
    low = std::min(low, ratio);
    high = std::isnan(ratio) ? ratio : std::max(high, ratio);
  }
};

}  // namespace

Verdict judge_overhead(const Claim& claim, std::span<const Record> records) {
  constexpr std::size_t fewest = 3;
  OverheadRange plain;
  OverheadRange lazy;
  for (const Record& record : records) {
    const auto* overhead = std::get_if<Overhead>(&record.measured);
    if (overhead == nullptr || !names_experiment(claim, record.experiment) ||
        record.setting.subject != claim.subject) {
      continue;
    }
    const bool is_plain = record.setting.first_sweep == FirstSweep::plain;
    (is_plain ? plain : lazy).add(record.setting, overhead->ratio());
  }
  const bool both = !plain.slices.empty() && !lazy.slices.empty();
  const bool against =
      !(plain.high <= claim.bound) || std::isnan(lazy.high) || (both && !(lazy.high < plain.low));
  if (!against && (plain.slices.size() < fewest || lazy.slices.size() < fewest)) {
    return inconclusive(
        claim, fmt::format("records are missing: {} numbers of slices, both first sweeps", fewest));
  }
  return {
      .claim = claim,
      .answer = against ? Answer::refuted : Answer::supported,
      .value = plain.high,
      .low = plain.low,
      .high = plain.high,
      .evidence = fmt::format(
          "plain first sweep {:.3f} to {:.3f} times the full pass, lazy {:.3f} to {:.3f}, N from "
          "{} to {}",
          plain.low, plain.high, lazy.low, lazy.high,
          plain.slices.empty() ? 0 : *plain.slices.begin(),
          plain.slices.empty() ? 0 : *plain.slices.rbegin())};
}

}  // namespace slim::experiments
