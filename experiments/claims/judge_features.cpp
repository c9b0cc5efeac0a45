// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/statistics/exponent.hpp"
#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace slim::experiments {
namespace {

double error_of(const Claim& claim, const SoftmaxError& error) {
  if (claim.count == "independent") return error.independent;
  if (claim.count == "orthogonal") return error.orthogonal;
  require(claim.count == "orthogonal-chi",
          "claim " + claim.name + ": count is '" + claim.count +
              "': allowed are independent, orthogonal, orthogonal-chi");
  return error.orthogonal_chi;
}

bool usable(double x) {
  return std::isfinite(x) && x > 0.0;
}

/// Values of the records by M.
std::map<Index, std::vector<double>> by_features(const Claim& claim,
                                                 std::span<const Record> records,
                                                 double (*value)(const Claim&,
                                                                 const SoftmaxError&)) {
  std::map<Index, std::vector<double>> values;
  for (const Record& record : records) {
    const auto* error = std::get_if<SoftmaxError>(&record.measured);
    if (error == nullptr || !names_experiment(claim, record.experiment)) continue;
    values[record.setting.model.features()].push_back(value(claim, *error));
  }
  return values;
}

bool all_usable(const std::map<Index, std::vector<double>>& values) {
  return std::all_of(values.begin(), values.end(), [](const auto& at) {
    return std::all_of(at.second.begin(), at.second.end(), usable);
  });
}

}  // namespace

Verdict judge_feature_slope(const Claim& claim, std::span<const Record> records) {
  constexpr double theory = -0.5;
  const auto values = by_features(claim, records, error_of);
  std::vector<Samples> samples;
  for (const auto& [M, errors] : values) {
    if (errors.size() >= 5) samples.push_back({static_cast<double>(M), errors});
  }
  if (samples.size() < 4) {
    return inconclusive(claim, "records are missing: four M with five seeds each");
  }
  if (!all_usable(values)) return inconclusive(claim, "an error is 0 or not finite");
  const Exponent slope = fit_exponent(samples);
  Verdict verdict{
      .claim = claim,
      .answer = Answer::inconclusive,
      .value = slope.value,
      .low = slope.low,
      .high = slope.high,
      .evidence = fmt::format("error ∝ M^({:.3f}) from M = {:g} (median {:.3g}) to {:g} ({:.3g})",
                              slope.value, samples.front().size, median(samples.front().values),
                              samples.back().size, median(samples.back().values))};
  const double low = theory - claim.bound;
  const double high = theory + claim.bound;
  if (low <= slope.low && slope.high <= high) verdict.answer = Answer::supported;
  if (slope.high < low || high < slope.low) verdict.answer = Answer::refuted;
  return verdict;
}

Verdict judge_feature_gain(const Claim& claim, std::span<const Record> records) {
  const auto values = by_features(claim, records, [](const Claim& c, const SoftmaxError& error) {
    return error_of(c, error) / error.independent;
  });
  if (!all_usable(values)) return inconclusive(claim, "a ratio is 0 or not finite");
  std::vector<double> ratios;
  for (const auto& [M, at] : values) ratios.insert(ratios.end(), at.begin(), at.end());
  if (ratios.size() < 20) return inconclusive(claim, "records are missing: twenty seeds");

  std::vector<double> medians;
  std::vector<double> drawn(ratios.size());
  const Random random(1, stream_named("feature-gain"));
  std::uint64_t place = 0;
  for (int draw = 0; draw < 2000; ++draw) {
    for (double& x : drawn) x = ratios[random.below(ratios.size(), place++)];
    medians.push_back(median(drawn));
  }
  std::sort(medians.begin(), medians.end());
  Verdict verdict{.claim = claim,
                  .answer = Answer::inconclusive,
                  .value = median(ratios),
                  .low = medians[50],
                  .high = medians[medians.size() - 51],
                  .evidence = {}};
  if (verdict.high < 1.0) verdict.answer = Answer::supported;
  if (verdict.low > 1.0) verdict.answer = Answer::refuted;
  for (const auto& [M, at] : values) {
    verdict.evidence +=
        fmt::format("{}M = {}: {:.2f}", verdict.evidence.empty() ? "" : ", ", M, median(at));
  }
  return verdict;
}

}  // namespace slim::experiments
