// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/exponent.hpp"

#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/scalars/random.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

struct Line {
  std::vector<double> x;
  std::vector<double> y;
};

/// Sums of products of the distances from the means.
struct Moments {
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
};

Moments moments(const Line& line) {
  const auto n = static_cast<double>(line.x.size());
  double mean_x = 0.0;
  double mean_y = 0.0;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    mean_x += line.x[i] / n;
    mean_y += line.y[i] / n;
  }
  Moments sums;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    const double dx = line.x[i] - mean_x;
    const double dy = line.y[i] - mean_y;
    sums.xx += dx * dx;
    sums.xy += dx * dy;
    sums.yy += dy * dy;
  }
  return sums;
}

double slope(const Line& line) {
  const Moments sums = moments(line);
  return sums.xy / sums.xx;
}

Line line_of_medians(std::span<const Samples> samples) {
  Line line;
  for (const Samples& at : samples) {
    line.x.push_back(std::log(at.size));
    line.y.push_back(std::log(median(at.values)));
  }
  return line;
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

Exponent fit_exponent(std::span<const Samples> samples, double confidence, std::uint64_t seed,
                      int draws) {
  require_fit(samples);
  const double tail = (1.0 - confidence) / 2.0;
  require(confidence > 0.0 && tail * draws >= 1.0,
          fmt::format("an interval of {:g} % needs more than {} draws", 100.0 * confidence, draws));
  Line line = line_of_medians(samples);
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
  const auto outside = static_cast<std::size_t>(tail * draws);
  result.low = slopes[outside];
  result.high = slopes[slopes.size() - 1 - outside];
  return result;
}

Exponent fit_exponent_of_curve(std::span<const Samples> samples, double confidence) {
  Exponent result = fit_exponent(samples, confidence);
  const Line line = line_of_medians(samples);
  require(line.x.size() >= 3, "the distances from a line need at least three sizes");
  const Moments sums = moments(line);
  const double freedom = static_cast<double>(line.x.size()) - 2.0;
  const double squares = std::max(0.0, sums.yy - sums.xy * sums.xy / sums.xx);
  const boost::math::students_t distribution(freedom);
  const double width =
      boost::math::quantile(boost::math::complement(distribution, (1.0 - confidence) / 2.0)) *
      std::sqrt(squares / freedom / sums.xx);
  result.low = std::min(result.low, result.value - width);
  result.high = std::max(result.high, result.value + width);
  return result;
}

}  // namespace slim::experiments
