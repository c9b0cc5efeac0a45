// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/claims/verdict.hpp"
#include "experiments/records/record.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

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

/// Copies of the records of the claim's subject and experiments whose setting is `wanted`.
template <class Wanted>
std::vector<Record> records_of(const Claim& claim, std::span<const Record> records, Wanted wanted) {
  std::vector<Record> found;
  for (const Record& record : records) {
    if (names_experiment(claim, record.experiment) && record.setting.subject == claim.subject &&
        wanted(record.setting)) {
      found.push_back(record);
    }
  }
  return found;
}

}  // namespace slim::experiments
