// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace slim::plots {

/// How three numbers summarise a sample, for error bars: the median with quartiles, the mean with
/// mean ± one standard deviation, or the median with minimum and maximum.
enum class Spread { quartiles, deviation, range };

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

/// The names of the three numbers, as in a data file: middle, lower, upper.
std::array<const char*, 3> names_of(Spread spread);

/// Minimum, median and maximum. Throws ContractError as quartiles() does.
Quartiles median_and_range(std::vector<double> sample);

/// One of these, depending on `spread`.
Quartiles summarised(std::vector<double> sample, Spread spread);

}  // namespace slim::plots
