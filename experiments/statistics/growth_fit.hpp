// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/statistics/growth.hpp"

#include <optional>
#include <span>
#include <vector>

namespace slim::experiments {

// The fits of choose_growth: medians over sizes by weighted least squares, χ² = Σ ((y − ŷ) / σ)².

/// The median of the samples at one size.
struct MedianAt {
  double x = 0.0;  ///< the size
  double y = 0.0;
  double deviation = 0.0;  ///< σ of y
};

/// Sorted by size. One relative deviation for all sizes, from the logarithms of the samples within
/// each size. Requires positive samples, at least two at each size.
std::vector<MedianAt> medians_of(std::span<const Samples> samples);

/// χ² of the best y = a + b f(x), a, b ≥ 0; of y = a for the constant.
double misfit(Growth growth, std::span<const MedianAt> at);

/// A cost that rises once by a factor, as when a working set leaves a cache:
/// y = a + f(x) (b + c r(x)), a ≥ 0, b > 0, 0 ≤ c ≤ 2 b, where the ramp r goes from 0 to 1 over one
/// to six intervals between sizes.
struct Knee {
  double misfit = 0.0;  ///< χ²
  double rise = 0.0;    ///< c / b
  double from = 0.0;    ///< the size at which r leaves 0
  double to = 0.0;      ///< the size at which it is 1, or the last
};

/// The knee with the least misfit; empty when none satisfies the bounds on a, b and c.
std::optional<Knee> best_knee(Growth growth, std::span<const MedianAt> at);

}  // namespace slim::experiments
