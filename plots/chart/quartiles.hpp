// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace slim::plots {

/// How three numbers summarise a sample, and how they are drawn: the median with quartiles, as
/// error bars; or the mean with mean ± one standard deviation, as a band (error bars where points
/// form no curve).
enum class Spread { quartiles, deviation };

/// Three numbers that summarise a sample.
struct Quartiles {
  double lower = 0.0;
  double median = 0.0;
  double upper = 0.0;
  std::size_t samples = 0;
};

/// The quantiles at 1/4, 1/2 and 3/4 with linear interpolation between order statistics: quantile p
/// is at index (n - 1)·p of the sorted sample.
/// Source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 7 (the
/// default of R and NumPy).
/// Throws ContractError unless there is a value and all are finite.
Quartiles quartiles(std::vector<double> sample);

/// Mean and mean ± standard deviation of a sample (divisor n - 1; 0 for one value).
/// Throws ContractError as quartiles() does.
Quartiles mean_and_deviation(const std::vector<double>& sample);

/// quartiles() or mean_and_deviation(), depending on `spread`.
Quartiles summarised(std::vector<double> sample, Spread spread);

}  // namespace slim::plots
