// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

namespace slim::experiments {

/// Two costs at one size.
struct CostPair {
  double size = 0.0;
  double steep = 0.0;  ///< the cost that exceeds the other at large sizes
  double flat = 0.0;
};

/// The size from which on one cost exceeds another.
struct Crossing {
  double size = 0.0;  ///< intersection of the interpolated costs, on logarithmic axes
  double low = 0.0;   ///< the largest size at which `steep` still costs less
  double high = 0.0;  ///< the smallest size from which on it never does
};

/// Empty when `steep` costs less at the largest size, or when there are fewer than two sizes. If it
/// never costs less, the crossing is at the smallest size or below: low is 0.
/// Requires increasing sizes and positive finite costs; otherwise throws ContractError.
std::optional<Crossing> find_crossing(std::span<const CostPair> costs);

}  // namespace slim::experiments
