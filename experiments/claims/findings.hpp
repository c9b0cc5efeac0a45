// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/verdict.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace slim::experiments {

/// A verdict without a value; `evidence` says what is missing.
inline Verdict inconclusive(const Claim& claim, std::string evidence) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  return {.claim = claim,
          .answer = Answer::inconclusive,
          .value = none,
          .low = none,
          .high = none,
          .evidence = std::move(evidence)};
}

inline bool names_experiment(const Claim& claim, std::string_view experiment) {
  return std::count(claim.experiments.begin(), claim.experiments.end(), experiment) > 0;
}

}  // namespace slim::experiments
