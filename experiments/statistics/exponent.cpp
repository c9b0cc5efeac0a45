// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/exponent.hpp"

#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

struct Line {
  std::vector<double> x;
  std::vector<double> y;
};

double slope(const Line& line) {
  const auto n = static_cast<double>(line.x.size());
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    mean_x += line.x[i] / n;
    mean_y += line.y[i] / n;
  }
  double xy = 0.0;
  double xx = 0.0;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    xy += (line.x[i] - mean_x) * (line.y[i] - mean_y);
    xx += (line.x[i] - mean_x) * (line.x[i] - mean_x);
  }
  return xy / xx;
}

void require_fit(std::span<const Samples> samples) {
  const auto positive = [](double x) { return std::isfinite(x) && x > 0.0; };
  bool two_sizes = false;
  for (const Samples& at : samples) {
    require(positive(at.size), "sizes must be positive and finite");
    require(!at.values.empty(), "each size must have a sample");
    require(std::all_of(at.values.begin(), at.values.end(), positive),
            "samples must be positive and finite");
    two_sizes = two_sizes || at.size != samples.front().size;
  }
  require(two_sizes, "an exponent needs at least two sizes");
}

}  // namespace

Exponent fit_exponent(std::span<const Samples> samples, std::uint64_t seed, int draws) {
  require_fit(samples);
  require(draws >= 40, "an interval needs at least 40 draws");
  Line line;
  for (const Samples& at : samples) {
    line.x.push_back(std::log(at.size));
    line.y.push_back(std::log(median(at.values)));
  }
  Exponent result{.value = slope(line), .low = 0.0, .high = 0.0};

  std::vector<double> slopes;
  std::vector<double> drawn;
  const Random random(seed, stream_named("exponent"));
  std::uint64_t place = 0;
  for (int draw = 0; draw < draws; ++draw) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::vector<double>& values = samples[i].values;
      drawn.resize(values.size());
      for (double& value : drawn) value = values[random.below(values.size(), place++)];
      line.y[i] = std::log(median(drawn));
    }
    slopes.push_back(slope(line));
  }
  std::sort(slopes.begin(), slopes.end());
  const auto outside = static_cast<std::size_t>(0.025 * draws);
  result.low = slopes[outside];
  result.high = slopes[slopes.size() - 1 - outside];
  return result;
}

}  // namespace slim::experiments
