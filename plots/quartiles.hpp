#pragma once

#include <cstddef>
#include <vector>

namespace slim::plots {

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

}  // namespace slim::plots
