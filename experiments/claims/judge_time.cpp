// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/exponent.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

namespace slim::experiments {

Verdict judge_time(const Claim& claim, std::span<const Record> records) {
  constexpr double confidence = 0.99;
  constexpr double low = 0.9;
  constexpr double high = 1.1;
  std::map<Index, std::vector<double>> by_length;
  for (const Record& record : records) {
    const auto* seconds = std::get_if<Seconds>(&record.measured);
    if (seconds == nullptr || !names_experiment(claim, record.experiment) ||
        record.setting.subject != claim.subject || record.setting.full_pass() ||
        record.setting.length < claim.shortest) {
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
  const Exponent exponent = fit_exponent_of_curve(samples, confidence);
  Verdict verdict{
      .claim = claim,
      .answer = Answer::supported,
      .value = exponent.value,
      .low = exponent.low,
      .high = exponent.high,
      .evidence = fmt::format("seconds ∝ L^{:.3f} from L = {:g} to {:g}; 99 % of the exponents "
                              "that the samples allow are from {:.3f} to {:.3f}",
                              exponent.value, samples.front().size, samples.back().size,
                              exponent.low, exponent.high)};
  if (!(exponent.high - exponent.low <= high - low)) verdict.answer = Answer::inconclusive;
  if (exponent.high < low || exponent.low > high) verdict.answer = Answer::refuted;
  return verdict;
}

}  // namespace slim::experiments
