// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/polynomial.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <boost/multiprecision/cpp_int.hpp>

#include <limits>
#include <vector>

namespace slim::experiments {
namespace {

using Wide = boost::multiprecision::int256_t;

/// Σ_k binomial(x - x₀, k) Δᵏ
Wide at(const std::vector<Wide>& differences, const Wide& steps) {
  Wide value = 0;
  Wide binomial = 1;
  for (std::size_t k = 0; k < differences.size(); ++k) {
    value += binomial * differences[k];
    binomial = binomial * (steps - static_cast<std::int64_t>(k)) / static_cast<std::int64_t>(k + 1);
  }
  return value;
}

}  // namespace

std::optional<std::int64_t> extrapolate(std::span<const CountAt> counts, std::int64_t x) {
  require(counts.size() >= 2, "a polynomial needs at least two counts");
  std::vector<Wide> differences;
  for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
    require(counts[i + 1].x == counts[i].x + 1, "the sizes of the counts must be consecutive");
    differences.emplace_back(counts[i].y);
  }
  for (std::size_t k = 1; k < differences.size(); ++k) {
    for (std::size_t i = differences.size() - 1; i >= k; --i) differences[i] -= differences[i - 1];
  }
  const std::int64_t first = counts.front().x;
  const CountAt& held_out = counts.back();
  if (at(differences, Wide(held_out.x) - first) != held_out.y) return std::nullopt;
  const Wide value = at(differences, Wide(x) - first);
  if (abs(value) > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace slim::experiments
