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

/// Least squares of log(median of the samples) over log(size). The interval contains the middle
/// `confidence` of the exponents of `draws` bootstrap samples, resampled within each size. The same
/// seed gives the same interval.
/// Throws ContractError unless there are two different sizes, all sizes and values are positive and
/// finite, and there are enough draws for the confidence.
Exponent fit_exponent(std::span<const Samples> samples, double confidence = 0.95,
                      std::uint64_t seed = 1, int draws = 2000);

/// The same, with an interval that also contains Student's interval of the slope, from the
/// distances of the medians from the line: samples at one size agree with each other even where no
/// power of the size describes the sizes together. Needs three different sizes.
Exponent fit_exponent_of_curve(std::span<const Samples> samples, double confidence);

}  // namespace slim::experiments
