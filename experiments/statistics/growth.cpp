// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/growth.hpp"

#include "experiments/statistics/growth_fit.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/math/distributions/fisher_f.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace slim::experiments {
namespace {

constexpr std::array<std::string_view, 6> growth_names = {"1", "log L", "√L", "L", "L log L", "L²"};

/// The size where the slope of log y over log x changes most.
std::string turn_of(std::span<const MedianAt> at) {
  double most = 0.0;
  std::size_t place = 1;
  const auto slope = [&](std::size_t i) {
    return std::log(at[i + 1].y / at[i].y) / std::log(at[i + 1].x / at[i].x);
  };
  for (std::size_t i = 1; i + 1 < at.size(); ++i) {
    const double change = std::abs(slope(i) - slope(i - 1));
    if (change > most) {
      most = change;
      place = i;
    }
  }
  return fmt::format("the exponent changes from {:.2f} to {:.2f} at {:g}", slope(place - 1),
                     slope(place), at[place].x);
}

/// A model whose χ² exceeds another's by this is rejected: odds of a thousand to one.
constexpr double clear = 14.0;

/// Describes a slower growth than `named` that fits as well with a knee, if there is one.
std::optional<std::string> hidden_knee(Growth named, double chi2, std::span<const MedianAt> at) {
  std::optional<Knee> best;
  Growth below = Growth::constant;
  for (int i = 0; i < static_cast<int>(named); ++i) {
    const std::optional<Knee> knee = best_knee(static_cast<Growth>(i), at);
    if (!knee || !(knee->misfit < chi2 + clear)) continue;
    if (best && best->misfit <= knee->misfit) continue;
    best = knee;
    below = static_cast<Growth>(i);
  }
  if (!best) return std::nullopt;
  return fmt::format(
      "{} fits, and so does {} with a cost that rises by {:.0f} % from {:g} to {:g}, as when a "
      "working set leaves a cache",
      name(named), name(below), 100.0 * best->rise, best->from, best->to);
}

}  // namespace

std::string_view name(Growth growth) {
  return growth_names.at(static_cast<std::size_t>(growth));
}

GrowthChoice choose_growth(std::span<const Samples> samples) {
  require(samples.size() >= 5, "growth needs at least five sizes");
  double freedom = 0.0;
  for (const Samples& at : samples) {
    require(at.values.size() >= 3, "growth needs at least three samples per size");
    for (const double y : at.values) {
      require(std::isfinite(y) && y > 0.0, "samples must be positive and finite");
    }
    freedom += static_cast<double>(at.values.size()) - 1.0;
  }
  const std::vector<MedianAt> at = medians_of(samples);
  const auto [least, most] = std::minmax_element(
      at.begin(), at.end(), [](const MedianAt& a, const MedianAt& b) { return a.y < b.y; });

  struct Candidate {
    Growth growth;
    double chi2;
  };
  std::vector<Candidate> fitting;
  const auto count = static_cast<double>(at.size());
  for (std::size_t i = 0; i < growth_names.size(); ++i) {
    const auto growth = static_cast<Growth>(i);
    const double free = count - (growth == Growth::constant ? 1.0 : 2.0);
    const double chi2 = misfit(growth, at);
    const double limit =
        boost::math::quantile(boost::math::complement(boost::math::fisher_f(free, freedom), 0.001));
    if (chi2 / free <= limit) fitting.push_back({growth, chi2});
  }
  if (!fitting.empty() && fitting.front().growth == Growth::constant) {
    if (most->y / least->y <= 1.1) return {Growth::constant, "within a tenth at every size"};
    return {std::nullopt, "the samples scatter too much to distinguish growth from a constant"};
  }
  if (fitting.empty()) {
    return {std::nullopt, "no growth fits, as when a working set leaves a cache: " + turn_of(at)};
  }
  std::sort(fitting.begin(), fitting.end(),
            [](const Candidate& a, const Candidate& b) { return a.chi2 < b.chi2; });
  if (fitting.size() > 1 && fitting[1].chi2 - fitting[0].chi2 < clear) {
    return {std::nullopt,
            fmt::format("{} and {} both fit", name(fitting[0].growth), name(fitting[1].growth))};
  }
  if (auto knee = hidden_knee(fitting[0].growth, fitting[0].chi2, at)) {
    return {std::nullopt, *std::move(knee)};
  }
  return {fitting.front().growth, fmt::format("only {} fits, χ² {:.1f} at {} sizes",
                                              name(fitting[0].growth), fitting[0].chi2, at.size())};
}

}  // namespace slim::experiments
