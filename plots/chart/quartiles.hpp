#pragma once

#include <cstddef>
#include <vector>

namespace slim::plots {

/// What the three numbers of a sample are, and how they are drawn: the median between the
/// quartiles, as bars; or the mean, less and more one standard deviation, as a band (bars where
/// points are no curve).
enum class Spread { quartiles, deviation };

/// A sample in three numbers.
struct Quartiles {
  double lower = 0.0;
  double median = 0.0;
  double upper = 0.0;
  std::size_t samples = 0;
};

/// The quantiles at 1/4, 1/2 and 3/4 with linear interpolation between order statistics: quantile p
/// stands at place (n - 1)·p of the sorted sample.
/// Source: Hyndman and Fan, "Sample quantiles in statistical packages", 1996, definition 7 (the
/// default of R and numpy). Throws ContractError unless there is a value and all are finite.
Quartiles quartiles(std::vector<double> sample);

/// Mean, less and more the standard deviation of a sample (n − 1; 0 of one value).
/// Throws ContractError as quartiles does.
Quartiles mean_and_deviation(const std::vector<double>& sample);

/// As `spread` says.
Quartiles summarised(std::vector<double> sample, Spread spread);

}  // namespace slim::plots
