// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"

#include <string>

namespace slim::experiments {

/// The subject of every training but the controls, which sum in other orders.
inline constexpr const char* trained_subject = "recovered/blocked";

/// The kind of a training.
enum class Regime {
  full,
  sliced,
  switched,           ///< switched to slices halfway
  reordered,          ///< full pass in another order of summation
  reordered_at_half,  ///< the same from halfway on
  capped              ///< from halfway on, in a process of limited memory
};
Regime regime_of(const Setting& setting);
/// "full", "C = 128", "full, then C = 128", "full, sums tree", …
std::string regime_name(const Setting& setting);

}  // namespace slim::experiments
