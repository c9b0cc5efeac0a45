// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/slope.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace slim::properties::own_model {

std::vector<double> slope_steps(Scalar scalar) {
  const int first = scalar == Scalar::float32 ? 3 : 7;
  const int last = scalar == Scalar::float32 ? 10 : 20;
  std::vector<double> steps;
  for (int i = first; i <= last; ++i) steps.push_back(std::ldexp(1.0, -i));
  return steps;
}

Slope slope_of(const std::vector<double>& steps, const std::vector<double>& above,
               const std::vector<double>& below, double noise, std::optional<double> middle) {
  std::vector<double> plain;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    plain.push_back((above.at(i) - below.at(i)) / (2.0 * steps[i]));
  }
  std::vector<double> extrapolated;  // at i: from steps i and i + 1
  for (std::size_t i = 0; i + 1 < plain.size(); ++i) {
    extrapolated.push_back((4.0 * plain[i + 1] - plain[i]) / 3.0);
  }
  const auto jump = [&](std::size_t i) {  // half of that of the derivative
    return std::abs(above[i] + below[i] - 2.0 * *middle) / (2.0 * steps[i]);
  };
  const auto largest_jump = [&](std::size_t i) {
    return std::max({jump(i - 1), jump(i), jump(i + 1)});
  };
  Slope best{.value = 0.0, .error = std::numeric_limits<double>::infinity()};
  for (std::size_t i = 1; i + 1 < extrapolated.size(); ++i) {
    const auto [least, most] =
        std::minmax({extrapolated[i - 1], extrapolated[i], extrapolated[i + 1], plain[i + 1]});
    double error = most - least + 5.0 / 3.0 * noise / steps[i + 1];
    if (middle) error += largest_jump(i);
    if (std::isfinite(error) && error < best.error) best = {extrapolated[i], error};
  }
  return best;
}

}  // namespace slim::properties::own_model
