// SPDX-License-Identifier: Apache-2.0
#include "properties/diagnosis/constant_search.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace slim::properties {
namespace {

constexpr int golden_sections = 36;  ///< reduce two decades by a factor of 0.618^36

}  // namespace

ConstantFound best_decade(const DistanceByConstant& distance, double least, double largest) {
  ConstantFound best{.constant = least, .distance = std::numeric_limits<double>::infinity()};
  std::vector<ConstantFound> alike;
  const int decades = static_cast<int>(std::lround(std::log10(largest / least)));
  for (int decade = 0; decade <= decades; ++decade) {
    const double constant = least * std::pow(10.0, decade);
    const ConstantFound here{.constant = constant, .distance = distance(constant)};
    if (here.distance < best.distance) best = here;
    if (here.distance <= 1.0) alike.push_back(here);
  }
  return alike.empty() ? best : alike[alike.size() / 2];
}

double best_constant(const DistanceByConstant& distance, double near) {
  const double ratio = (std::sqrt(5.0) - 1.0) / 2.0;
  const auto at = [&](double power) { return distance(std::pow(10.0, power)); };
  double low = std::log10(near) - 1.0;
  double high = low + 2.0;
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double at_left = at(left);
  double at_right = at(right);
  for (int i = 0; i < golden_sections; ++i) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = at(left);
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = at(right);
    }
  }
  return std::pow(10.0, (low + high) / 2.0);
}

double rounded_to_digits(double constant, int digits) {
  return std::stod(fmt::format("{:.{}e}", constant, digits - 1));
}

}  // namespace slim::properties
