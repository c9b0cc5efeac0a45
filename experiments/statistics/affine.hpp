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

/// y = intercept + slope · x through the counts at the two smallest sizes, and how far the counts
/// at all others, held out of the fit, are from it.
struct Affine {
  double intercept = 0.0;
  double slope = 0.0;
  double residual = 0.0;  ///< the largest in absolute value; 0 only when every count is met exactly
  int held_out = 0;       ///< sizes that were not fitted

  [[nodiscard]] double at(std::int64_t x) const {
    return intercept + slope * static_cast<double>(x);
  }
};

/// Exact: differences are compared as integers. Nothing with fewer than three different sizes, for
/// then nothing is held out. Two different counts at one size are a residual.
std::optional<Affine> fit_affine(std::span<const CountAt> counts);

}  // namespace slim::experiments
