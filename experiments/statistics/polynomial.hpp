// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/statistics/affine.hpp"

namespace slim::experiments {

/// The value at x of the polynomial through all counts but the last, at consecutive sizes, if it
/// predicts the last count exactly; otherwise empty. Newton's forward differences, in integers.
/// Requires at least two counts. Empty when the value does not fit into 64 bits.
std::optional<std::int64_t> extrapolate(std::span<const CountAt> counts, std::int64_t x);

}  // namespace slim::experiments
