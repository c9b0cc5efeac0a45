// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judged.hpp"

#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/plans/catalogue.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>

namespace slim::experiments {
std::vector<Verdict> judged(const Sweep& sweep, const std::vector<Claim>& claims,
                            const std::vector<std::string>& without) {
  const auto reason = [&](const Claim& claim) {
    return std::find_if(without.begin(), without.end(), [&](const std::string& experiment) {
      return names_experiment(claim, experiment);
    });
  };
  std::vector<Experiment> experiments;
  for (const Experiment& experiment : catalogue()) {
    const auto wants = [&](const Claim& claim) {
      return reason(claim) == without.end() && names_experiment(claim, experiment.name);
    };
    if (std::any_of(claims.begin(), claims.end(), wants)) experiments.push_back(experiment);
  }
  require(!experiments.empty(), "--leave-out excludes every claim");
  const SweepReport report = run_sweep(experiments, sweep);
  std::vector<Verdict> verdicts;
  verdicts.reserve(claims.size());
  for (const Claim& claim : claims) {
    const auto why = reason(claim);
    verdicts.push_back(why == without.end() ? judge(claim, report.records) : left_out(claim, *why));
  }
  return verdicts;
}

std::vector<Verdict> judged_from(const Comparable& found, const std::vector<Claim>& claims,
                                 const std::vector<std::string>& without) {
  const auto stays_out = [&](const std::string& experiment) {
    return std::count(without.begin(), without.end(), experiment) > 0;
  };
  const auto lacks = [&](const std::string& experiment) {
    return stays_out(experiment) ||
           std::none_of(found.records.begin(), found.records.end(),
                        [&](const Record& record) { return record.experiment == experiment; });
  };
  std::vector<Verdict> verdicts;
  for (const Claim& claim : claims) {
    const auto why = std::find_if(claim.experiments.begin(), claim.experiments.end(), lacks);
    const bool judges = why == claim.experiments.end();
    verdicts.push_back(judges ? judge(claim, found.records) : left_out(claim, *why));
    if (judges || stays_out(*why)) continue;
    verdicts.back().evidence = "experiment has no records: " + *why;
  }
  return verdicts;
}

}  // namespace slim::experiments
