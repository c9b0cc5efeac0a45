// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/random.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace slim::experiments {

/// A gradient in a few numbers, to compare gradients that are computed in different processes.
struct GradientDigest {
  double loss = 0.0;
  double norm = 0.0;  ///< Euclidean, over all parameters
  /// Sums of all entries with random signs. Those of two gradients differ by about the norm of the
  /// gradients' difference.
  std::array<double, 4> projections = {};
};

template <class T>
GradientDigest digest_of(const GradientResult<T>& result) {
  const Random random(1, stream_named("gradient digest"));
  GradientDigest digest{.loss = to_double(result.loss)};
  std::uint64_t place = 0;
  for (const T& entry : result.gradient.values()) {
    const double x = to_double(entry);
    const std::uint32_t signs = random.bits(place++)[0];
    for (std::size_t i = 0; i < digest.projections.size(); ++i) {
      digest.projections[i] += (signs >> i & 1U) != 0 ? x : -x;
    }
    digest.norm += x * x;
  }
  digest.norm = std::sqrt(digest.norm);
  return digest;
}

/// The larger of the relative difference of the losses, and the largest difference of a projection
/// relative to the norm of `right`. NaN when a number is NaN.
inline double difference(const GradientDigest& given, const GradientDigest& right) {
  double worst = std::abs(given.loss - right.loss) / std::abs(right.loss);
  for (std::size_t i = 0; i < right.projections.size(); ++i) {
    const double off = std::abs(given.projections[i] - right.projections[i]) / right.norm;
    if (!(off <= worst)) worst = off;
    if (std::isnan(worst)) return worst;
  }
  return worst;
}

}  // namespace slim::experiments
