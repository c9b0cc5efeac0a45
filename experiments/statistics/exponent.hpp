// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace slim::experiments {

/// The samples at one size.
struct Samples {
  double size = 0.0;
  std::vector<double> values;
};

/// b in y ∝ sizeᵇ with its interval.
struct Exponent {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// Least squares of log(median of the samples) over log(size). The interval contains the middle 95
/// % of the exponents of `draws` bootstrap samples, resampled within each size. The same seed gives
/// the same interval.
/// Throws ContractError unless there are two different sizes, and all sizes and values are positive
/// and finite.
Exponent fit_exponent(std::span<const Samples> samples, std::uint64_t seed = 1, int draws = 2000);

}  // namespace slim::experiments
