// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <cmath>

namespace slim::experiments {

Verdict judge_bound(const Claim& claim, std::span<const Record> records) {
  double largest = 0.0;
  double smallest = std::numeric_limits<double>::infinity();
  int cells = 0;
  for (const Record& record : records) {
    const auto* error = std::get_if<SwitchError>(&record.measured);
    if (error == nullptr || !names_experiment(claim, record.experiment) ||
        record.setting.subject != claim.subject) {
      continue;
    }
    ++cells;
    if (std::isnan(largest)) continue;
    largest = std::isnan(error->relative) ? error->relative : std::max(largest, error->relative);
    smallest = std::min(smallest, error->relative);
  }
  if (cells < 2) return inconclusive(claim, "records are missing: trainings with at least two C");
  return {.claim = claim,
          .answer = largest <= claim.bound ? Answer::supported : Answer::refuted,
          .value = largest,
          .low = smallest,
          .high = largest,
          .evidence = fmt::format("largest difference of a parameter {:.1e} after {} trainings",
                                  largest, cells)};
}

}  // namespace slim::experiments
