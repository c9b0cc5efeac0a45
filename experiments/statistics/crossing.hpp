#pragma once

#include <optional>
#include <span>

namespace slim::experiments {

/// Two costs at one size.
struct CostPair {
  double size = 0.0;
  double steep = 0.0;  ///< of what is to become dearer
  double flat = 0.0;
};

/// Where one cost overtakes another for good.
struct Crossing {
  double size = 0.0;  ///< where the lines between the neighbours meet, on logarithmic axes
  double low = 0.0;   ///< the largest size at which `steep` still costs less
  double high = 0.0;  ///< the smallest from which on it never does
};

/// Nothing when `steep` costs less at the largest size, or there are no two sizes. Where it costs
/// less nowhere, the crossing lies at the smallest size or below: low is 0.
/// Requires rising sizes, and costs that are positive and finite; else ContractError.
std::optional<Crossing> find_crossing(std::span<const CostPair> costs);

}  // namespace slim::experiments
