#include "plots/quartiles.hpp"

#include "reference/vocabulary/contract.hpp"

#include <algorithm>
#include <cmath>

namespace slim::plots {
namespace {

double quantile(const std::vector<double>& sorted, double p) {
  const double place = static_cast<double>(sorted.size() - 1) * p;
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

Quartiles quartiles(std::vector<double> sample) {
  require(!sample.empty(), "a sample has at least one value");
  require(std::all_of(sample.begin(), sample.end(), [](double x) { return std::isfinite(x); }),
          "the values of a sample are finite");
  std::sort(sample.begin(), sample.end());
  return {quantile(sample, 0.25), quantile(sample, 0.5), quantile(sample, 0.75), sample.size()};
}

}  // namespace slim::plots
