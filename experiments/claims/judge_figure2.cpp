// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/claims/process_memory.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/keep_largest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <vector>

namespace slim::experiments {
namespace {

/// The values of one configuration and prefix sum, by C.
using Figure2Curve = std::map<Index, std::vector<double>>;

std::optional<double> figure2_value(const Claim& claim, const Measured& measured) {
  if (claim.count == "bytes") {
    const auto* bytes = std::get_if<Bytes>(&measured);
    if (bytes == nullptr || !bytes->scratch.has_value()) return std::nullopt;
    return counted_bytes(*bytes);
  }
  if (claim.count == "seconds") {
    const auto* time = std::get_if<Seconds>(&measured);
    return time == nullptr ? std::nullopt : std::optional(time->seconds);
  }
  require(claim.count == "discrepancy", "claim " + claim.name + ": count is '" + claim.count +
                                            "': allowed are bytes, seconds, discrepancy");
  const auto* discrepancy = std::get_if<FullDiscrepancy>(&measured);
  return discrepancy == nullptr ? std::nullopt : std::optional(discrepancy->relative);
}

std::map<std::string, Figure2Curve> figure2_curves(const Claim& claim,
                                                   std::span<const Record> records) {
  std::map<std::string, Figure2Curve> curves;
  for (const Record& record : records) {
    const std::optional<double> value = figure2_value(claim, record.measured);
    if (!value || !names_experiment(claim, record.experiment)) continue;
    const Setting& s = record.setting;
    curves[fmt::format("{}, L = {}, d_model = {}, {} layers", s.subject, s.length,
                       s.model.hidden_dim, s.model.layers)][std::min(s.slice, s.length)]
        .push_back(*value);
  }
  return curves;
}

/// The largest relative distance of the bytes from the line in C that makes these distances
/// smallest in the sum of squares. NaN when the line does not rise. One row needs no packing
/// buffers of the matrix library: it is not fitted, and only bytes above the line count.
double distance_from_line(const Figure2Curve& curve) {
  double w = 0.0;
  double x = 0.0;
  double y = 0.0;
  double xx = 0.0;
  double xy = 0.0;
  for (const auto& [slice, bytes] : curve) {
    if (slice == 1) continue;
    const double weight = 1.0 / (bytes.front() * bytes.front());
    const auto C = static_cast<double>(slice);
    w += weight;
    x += weight * C;
    y += weight * bytes.front();
    xx += weight * C * C;
    xy += weight * C * bytes.front();
  }
  const double slope = (w * xy - x * y) / (w * xx - x * x);
  const double intercept = (y - slope * x) / w;
  if (!(slope > 0.0)) return std::nan("");
  double worst = 0.0;
  for (const auto& [slice, bytes] : curve) {
    const double at = intercept + slope * static_cast<double>(slice);
    const double above = (bytes.front() - at) / bytes.front();
    worst = std::max(worst, slice == 1 ? above : std::abs(above));
  }
  return worst;
}

/// The largest time at C ≥ `from`, relative to that at the largest C. Of several samples the least
/// counts, since other programs only add time.
double slowdown(const Figure2Curve& curve, Index from) {
  const auto least = [](const std::vector<double>& seconds) {
    return *std::min_element(seconds.begin(), seconds.end());
  };
  double worst = 0.0;
  for (const auto& [slice, seconds] : curve) {
    const double ratio = least(seconds) / least(curve.rbegin()->second);
    if (slice >= from) keep_largest(worst, ratio);
  }
  return worst;
}

double largest_of(const Figure2Curve& curve) {
  double worst = 0.0;
  for (const auto& [slice, values] : curve) {
    for (const double x : values) worst = x <= worst || std::isnan(worst) ? worst : x;
  }
  return worst;
}

}  // namespace

Verdict judge_figure2(const Claim& claim, std::span<const Record> records) {
  constexpr std::size_t all_curves = 8;  // four configurations, two prefix sums
  const auto curves = figure2_curves(claim, records);
  Verdict verdict{.claim = claim, .low = std::numeric_limits<double>::infinity(), .evidence = {}};
  std::string at;
  std::size_t enough = 0;
  for (const auto& [name, curve] : curves) {
    // The discrepancy of the full pass from itself is not measured.
    enough += curve.size() >= (claim.count == "discrepancy" ? 2U : 3U) ? 1U : 0U;
    const double worst = claim.count == "bytes"     ? distance_from_line(curve)
                         : claim.count == "seconds" ? slowdown(curve, claim.shortest)
                                                    : largest_of(curve);
    verdict.low = std::min(verdict.low, worst);
    if (std::isnan(verdict.value) || worst <= verdict.value) continue;
    verdict.value = worst;
    at = name;
  }
  verdict.high = verdict.value;
  verdict.answer = verdict.value <= claim.bound ? Answer::supported : Answer::refuted;
  if (verdict.answer == Answer::supported && enough < all_curves) {
    return inconclusive(claim,
                        "records are missing: four configurations with two prefix sums, "
                        "three C each");
  }
  verdict.evidence =
      fmt::format("{} curves; the largest is {:.3g}: {}", curves.size(), verdict.value, at);
  return verdict;
}

}  // namespace slim::experiments
