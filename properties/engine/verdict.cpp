// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/verdict.hpp"

#include <numeric>
#include <stdexcept>

namespace slim::properties {

int Tally::skipped_in_all() const {
  return std::accumulate(skipped.begin(), skipped.end(), 0,
                         [](int sum, const auto& entry) { return sum + entry.second; });
}

void Tally::add(const Finding& finding) {
  add_counts(judged, finding.judged);
  switch (finding.outcome) {
    case Outcome::pass:
      ++passed;
      break;
    case Outcome::suspect:
      ++suspect;
      break;
    case Outcome::drift:
      ++drift;
      break;
    case Outcome::wrong:
      if (wrong == 0) note = finding.note;
      ++wrong;
      failure = finding.failure;
      break;
    case Outcome::skipped:
      ++skipped[finding.note];
      unclaimed += finding.claimed ? 0 : 1;
      return;
  }
  if (worst.tensor.empty() || worse(finding.worst, worst)) worst = finding.worst;
}

bool Verdict::unclaimed() const {
  return tally.cases > 0 && tally.unclaimed == tally.cases;
}

bool Verdict::holds() const {
  return tally.wrong == 0 && (tally.executed() > 0 || unclaimed());
}

void require_accounted(const Tally& tally) {
  if (tally.executed() + tally.skipped_in_all() + tally.not_run != tally.cases) {
    throw std::logic_error("executed + skipped + not run is not equal to cases");
  }
}

}  // namespace slim::properties
