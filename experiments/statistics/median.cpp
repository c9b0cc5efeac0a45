// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/median.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::experiments {

double median(std::span<const double> values) {
  require(!values.empty(), "a median needs at least one value");
  require(std::none_of(values.begin(), values.end(), [](double x) { return std::isnan(x); }),
          "a median needs numbers, not NaN");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

}  // namespace slim::experiments
