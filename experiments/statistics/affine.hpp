// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace slim::experiments {

/// An exact count y at a size x.
struct CountAt {
  std::int64_t x = 0;
  std::int64_t y = 0;
};

/// y = intercept + slope · x through the counts at the two smallest sizes, and the largest distance
/// of the other counts, which are held out of the fit.
struct Affine {
  double intercept = 0.0;
  double slope = 0.0;
  double residual = 0.0;  ///< largest absolute distance; 0 only if all counts fit exactly
  int held_out = 0;       ///< number of sizes held out

  [[nodiscard]] double at(std::int64_t x) const {
    return intercept + slope * static_cast<double>(x);
  }
};

/// Exact: differences are compared as integers. Empty with fewer than three different sizes,
/// because nothing is held out then. Two different counts at one size give a nonzero residual.
std::optional<Affine> fit_affine(std::span<const CountAt> counts);

}  // namespace slim::experiments
