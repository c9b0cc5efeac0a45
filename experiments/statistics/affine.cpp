// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/affine.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

namespace slim::experiments {

std::optional<Affine> fit_affine(std::span<const CountAt> counts) {
  using Wide = boost::multiprecision::int256_t;
  std::set<std::int64_t> sizes;
  for (const CountAt& count : counts) sizes.insert(count.x);
  if (sizes.size() < 3) return std::nullopt;

  const auto at = [&](std::int64_t size) {
    return *std::find_if(counts.begin(), counts.end(),
                         [size](const CountAt& count) { return count.x == size; });
  };
  const CountAt first = at(*sizes.begin());
  const CountAt second = at(*std::next(sizes.begin()));
  const Wide rise = Wide(second.y) - first.y;
  const Wide run = Wide(second.x) - first.x;
  Affine fit{.slope = static_cast<double>(rise) / static_cast<double>(run),
             .held_out = static_cast<int>(sizes.size()) - 2};
  fit.intercept =
      static_cast<double>(Wide(first.y * run - rise * first.x)) / static_cast<double>(run);
  for (const CountAt& count : counts) {
    // (y - y₁)(x₂ - x₁) = (y₂ - y₁)(x - x₁) if and only if the count is on the line.
    const Wide off = (Wide(count.y) - first.y) * run - rise * (Wide(count.x) - first.x);
    fit.residual =
        std::max(fit.residual, std::abs(static_cast<double>(off)) / static_cast<double>(run));
  }
  return fit;
}

}  // namespace slim::experiments
