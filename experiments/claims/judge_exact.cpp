#include "experiments/claims/judges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace slim::experiments {
namespace {

/// What is seen of one feature map.
struct Seen {
  double largest = 0.0;  ///< NaN once any error is NaN
  double smallest = std::numeric_limits<double>::infinity();
  std::size_t cells = 0;
  bool one = false;      ///< C = 1
  bool several = false;  ///< 1 < C < L
  bool full = false;     ///< C ≥ L

  void add(const Setting& setting, double error) {
    largest = std::isnan(error) || error > largest ? error : largest;
    smallest = std::min(smallest, error);
    ++cells;
    one = one || setting.slice == 1;
    full = full || setting.full_pass();
    several = several || (setting.slice > 1 && !setting.full_pass());
  }
  [[nodiscard]] bool enough() const { return one && several && full; }
};

}  // namespace

Verdict judge_exact(const Claim& claim, std::span<const Record> records) {
  std::map<std::string, Seen> seen;
  for (const Record& record : records) {
    const auto* error = std::get_if<GradientError>(&record.measured);
    if (error == nullptr || record.setting.subject != claim.subject ||
        record.setting.scalar != parse_scalar(claim.scalar) ||
        std::count(claim.experiments.begin(), claim.experiments.end(), record.experiment) == 0) {
      continue;
    }
    Seen& map = seen[name(record.setting.model.feature_map)];
    if (!std::isnan(map.largest)) map.add(record.setting, error->relative);
  }

  Verdict verdict{.claim = claim,
                  .answer = Answer::supported,
                  .value = 0.0,
                  .low = std::numeric_limits<double>::infinity(),
                  .high = 0.0,
                  .evidence = {}};
  std::size_t cells = 0;
  std::string missing;
  for (const std::string& map : claim.feature_maps) {
    const Seen& at = seen[map];
    cells += at.cells;
    if (at.cells > 0 && !(at.largest <= claim.bound)) {
      verdict.answer = Answer::refuted;
      verdict.value = verdict.high = at.largest;
      verdict.low = at.smallest;
      verdict.evidence = fmt::format("with feature map {} the error is {:.2g}, beyond {:.2g}", map,
                                     at.largest, claim.bound);
      return verdict;
    }
    verdict.value = verdict.high = std::max(verdict.high, at.largest);
    verdict.low = std::min(verdict.low, at.smallest);
    if (!at.enough()) missing += (missing.empty() ? "" : ", ") + map;
  }
  if (!missing.empty() || cells == 0) {
    verdict.answer = Answer::inconclusive;
    verdict.value = verdict.low = verdict.high = std::numeric_limits<double>::quiet_NaN();
    verdict.evidence = "records of C = 1, of several slices and of the full pass are missing for " +
                       (missing.empty() ? "every feature map" : missing);
    return verdict;
  }
  verdict.evidence = fmt::format("largest error {:.1e} in {} cells, {} feature maps", verdict.value,
                                 cells, claim.feature_maps.size());
  for (const auto& [map, at] : seen) {
    const bool judged = std::find(claim.feature_maps.begin(), claim.feature_maps.end(), map) !=
                        claim.feature_maps.end();
    if (!judged && at.cells > 0) {
      verdict.evidence += fmt::format("; not judged, {}: {:.1e}", map, at.largest);
    }
  }
  return verdict;
}

}  // namespace slim::experiments
