// SPDX-License-Identifier: Apache-2.0
#include "properties/own_model/slope.hpp"

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

/// The smallest |f(h) − f(−h)| that is not 0, if some are 0; else 0.
double smallest_change(const Differences& of) {
  double smallest = HUGE_VAL;
  bool has_equal = false;
  for (std::size_t i = 0; i < of.steps.size(); ++i) {
    const double change = std::abs(of.above[i] - of.below[i]);
    if (change > 0.0) smallest = std::min(smallest, change);
    has_equal = has_equal || change == 0.0;
  }
  return has_equal && std::isfinite(smallest) ? smallest : 0.0;
}

}  // namespace

const double slope_ratio = std::sqrt(5.0);

std::vector<double> slope_steps(Scalar scalar) {
  const bool is_coarse = scalar == Scalar::float32;
  std::vector<double> steps = {is_coarse ? 0x1p-3 : 0x1p-7};
  const std::size_t count = is_coarse ? 7 : 12;
  while (steps.size() < count) steps.push_back(steps.back() / slope_ratio);
  return steps;
}

Slope slope_of(const Differences& of, double noise) {
  const std::vector<double>& steps = of.steps;
  std::vector<double> plain;
  std::vector<double> half_jump;  // with what is proportional to h
  for (std::size_t i = 0; i < steps.size(); ++i) {
    plain.push_back((of.above.at(i) - of.below.at(i)) / (2.0 * steps[i]));
    half_jump.push_back((of.above[i] + of.below[i] - 2.0 * of.middle) / (2.0 * steps[i]));
  }
  const double r = slope_ratio;
  std::vector<double> extrapolated;  // at i: from steps i and i + 1
  std::vector<double> jump;
  for (std::size_t i = 0; i + 1 < plain.size(); ++i) {
    extrapolated.push_back((r * r * plain[i + 1] - plain[i]) / (r * r - 1.0));
    jump.push_back(std::abs(r * half_jump[i + 1] - half_jump[i]) / (r - 1.0));
  }
  // Noise makes two neighbouring R differ by at most 2 noise / (smallest of their steps).
  const double last_change = std::abs(extrapolated.back() - *(extrapolated.end() - 2));
  const double seen = std::max(last_change * steps.back() / 2.0, smallest_change(of));
  Slope best{.value = 0.0, .error = HUGE_VAL, .noise = std::max(noise, seen)};
  for (std::size_t i = 1; i + 1 < extrapolated.size(); ++i) {
    const auto [least, most] =
        std::minmax({extrapolated[i - 1], extrapolated[i], extrapolated[i + 1], plain[i + 1]});
    const double error = most - least + 5.0 / 3.0 * best.noise / steps[i + 1] +
                         std::max({jump[i - 1], jump[i], jump[i + 1]});
    if (std::isfinite(error) && error < best.error) {
      best.value = extrapolated[i];
      best.error = error;
    }
  }
  return best;
}

}  // namespace slim::properties::own_model
