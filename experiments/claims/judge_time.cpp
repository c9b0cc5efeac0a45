// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/growth.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace slim::experiments {

Verdict judge_time(const Claim& claim, std::span<const Record> records) {
  std::map<Index, std::vector<double>> by_length;
  for (const Record& record : records) {
    const auto* seconds = std::get_if<Seconds>(&record.measured);
    if (seconds == nullptr || !names_experiment(claim, record.experiment) ||
        record.setting.subject != claim.subject || record.setting.full_pass()) {
      continue;
    }
    if (!(std::isfinite(seconds->seconds) && seconds->seconds > 0.0)) {
      return inconclusive(claim, "a measured time is not positive");
    }
    by_length[record.setting.length].push_back(seconds->seconds);
  }
  std::vector<Samples> samples;
  bool enough = by_length.size() >= 5;
  for (auto& [length, values] : by_length) {
    enough = enough && values.size() >= 3;
    samples.push_back({.size = static_cast<double>(length), .values = std::move(values)});
  }
  if (!enough) {
    return inconclusive(claim, "records are missing: five lengths, three samples at each");
  }
  const GrowthChoice choice = choose_growth(samples);
  const Exponent exponent = fit_exponent(samples);
  Verdict verdict{.claim = claim,
                  .answer = Answer::inconclusive,
                  .value = exponent.value,
                  .low = exponent.low,
                  .high = exponent.high,
                  .evidence = fmt::format("exponent {:.3f} [{:.3f}, {:.3f}]; {}", exponent.value,
                                          exponent.low, exponent.high, choice.reason)};
  if (choice.growth.has_value()) {
    verdict.answer = *choice.growth == Growth::linear ? Answer::supported : Answer::refuted;
  }
  return verdict;
}

}  // namespace slim::experiments
