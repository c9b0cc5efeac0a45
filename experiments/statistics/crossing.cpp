// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/crossing.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>

namespace slim::experiments {

std::optional<Crossing> find_crossing(std::span<const CostPair> costs) {
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (const double x : {costs[i].size, costs[i].steep, costs[i].flat}) {
      require(std::isfinite(x) && x > 0.0, "sizes and costs must be positive and finite");
    }
    require(i == 0 || costs[i - 1].size < costs[i].size, "sizes must increase");
  }
  if (costs.size() < 2 || costs.back().steep < costs.back().flat) return std::nullopt;
  const auto last = std::find_if(costs.rbegin(), costs.rend(),
                                 [](const CostPair& at) { return at.steep < at.flat; });
  if (last == costs.rend()) {
    const double smallest = costs.front().size;
    return Crossing{.size = smallest, .low = 0.0, .high = smallest};
  }
  const CostPair& before = *last;
  const CostPair& after = *std::prev(last);
  const double distance_before = std::log(before.flat / before.steep);
  const double distance_after = std::log(after.steep / after.flat);
  const double share = distance_before / (distance_before + distance_after);
  return Crossing{.size = before.size * std::pow(after.size / before.size, share),
                  .low = before.size,
                  .high = after.size};
}

}  // namespace slim::experiments
