#pragma once

#include "experiments/statistics/growth.hpp"

#include <optional>
#include <span>
#include <vector>

namespace slim::experiments {

// What choose_growth fits: medians over sizes by weighted least squares, χ² = Σ ((y − ŷ) / σ)².

/// The median of the samples at one size.
struct MedianAt {
  double x = 0.0;  ///< the size
  double y = 0.0;
  double deviation = 0.0;  ///< σ of y
};

/// By rising size. One relative deviation for all sizes, from the logarithms of the samples within
/// each. Requires positive samples, two at a size at least.
std::vector<MedianAt> medians_of(std::span<const Samples> samples);

/// χ² of the best y = a + b f(x), a, b ≥ 0; of a alone for the constant.
double misfit(Growth growth, std::span<const MedianAt> at);

/// A cost that rises once by a factor, as when a working set leaves a cache:
/// y = a + f(x) (b + c r(x)), a ≥ 0, b > 0, 0 ≤ c ≤ 2 b, where the ramp r goes from 0 to 1 over
/// one, two or three intervals between sizes.
struct Knee {
  double misfit = 0.0;  ///< χ²
  double rise = 0.0;    ///< c / b
  double from = 0.0;    ///< the size at which r leaves 0
  double to = 0.0;      ///< the size at which it is 1, or the last
};

/// The knee of least misfit, wherever it may lie; nothing when none has such a, b and c.
std::optional<Knee> best_knee(Growth growth, std::span<const MedianAt> at);

}  // namespace slim::experiments
