// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/quartiles.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/math/statistics/univariate_statistics.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace slim::plots {
namespace {

double quantile(const std::vector<double>& sorted, double p) {
  const double place = static_cast<double>(sorted.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

void require_sample(const std::vector<double>& sample) {
  require(!sample.empty(), "the sample is empty: at least one value is needed");
  require(std::all_of(sample.begin(), sample.end(), [](double x) { return std::isfinite(x); }),
          "the sample has a value that is not finite");
}

}  // namespace

Quartiles quartiles(std::vector<double> sample) {
  require_sample(sample);
  std::sort(sample.begin(), sample.end());
  return {quantile(sample, 0.25), quantile(sample, 0.5), quantile(sample, 0.75), sample.size()};
}

Quartiles mean_and_deviation(const std::vector<double>& sample) {
  require_sample(sample);
  const double mean = boost::math::statistics::mean(sample);
  const double deviation =
      sample.size() > 1 ? std::sqrt(boost::math::statistics::sample_variance(sample)) : 0.0;
  return {mean - deviation, mean, mean + deviation, sample.size()};
}

std::array<const char*, 3> names_of(Spread spread) {
  switch (spread) {
    case Spread::deviation:
      return {"mean", "mean_less_deviation", "mean_and_deviation"};
    case Spread::range:
      return {"median", "minimum", "maximum"};
    case Spread::quartiles:
      break;
  }
  return {"median", "lower_quartile", "upper_quartile"};
}

Quartiles median_and_range(std::vector<double> sample) {
  require_sample(sample);
  const auto [least, most] = std::ranges::minmax(sample);
  return {least, boost::math::statistics::median(sample), most, sample.size()};
}

Quartiles summarised(std::vector<double> sample, Spread spread) {
  switch (spread) {
    case Spread::deviation:
      return mean_and_deviation(sample);
    case Spread::range:
      return median_and_range(std::move(sample));
    case Spread::quartiles:
      break;
  }
  return quartiles(std::move(sample));
}

}  // namespace slim::plots
