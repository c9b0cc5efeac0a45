// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/median.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/math/statistics/univariate_statistics.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::experiments {

double median(std::span<const double> values) {
  require(!values.empty(), "a median needs at least one value");
  require(std::none_of(values.begin(), values.end(), [](double x) { return std::isnan(x); }),
          "a median needs numbers, not NaN");
  std::vector<double> reordered(values.begin(), values.end());
  return boost::math::statistics::median(reordered);
}

}  // namespace slim::experiments
