#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

namespace slim::experiments {

Verdict judge_overhead(const Claim& claim, std::span<const Record> records) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  struct Range {
    double low = infinite;
    double high = 0.0;
  };
  Range plain;
  Range lazy;
  for (const Record& record : records) {
    const auto* overhead = std::get_if<Overhead>(&record.measured);
    if (overhead == nullptr || record.setting.subject != claim.subject) continue;
    Range& range = record.setting.first_sweep == FirstSweep::plain ? plain : lazy;
    range.low = std::min(range.low, overhead->ratio());
    range.high = std::max(range.high, overhead->ratio());
  }
  if (plain.high == 0.0 || lazy.high == 0.0) {
    return inconclusive(claim, "records are missing: both first sweeps");
  }
  const bool holds = plain.high <= claim.bound && lazy.high < plain.low;
  return {.claim = claim,
          .answer = holds ? Answer::supported : Answer::refuted,
          .value = plain.high,
          .low = plain.low,
          .high = plain.high,
          .evidence = fmt::format(
              "plain first sweep {:.3f} to {:.3f} times the full pass, lazy {:.3f} to {:.3f}",
              plain.low, plain.high, lazy.low, lazy.high)};
}

}  // namespace slim::experiments
