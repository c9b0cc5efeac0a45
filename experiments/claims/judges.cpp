// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/judges.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <limits>
#include <map>

namespace slim::experiments {

Verdict judge(const Claim& claim, std::span<const Record> records) {
  using Judge = Verdict (*)(const Claim&, std::span<const Record>);
  static const std::map<std::string, Judge> judges = {{"exact", judge_exact},
                                                      {"memory", judge_memory},
                                                      {"serial", judge_serial},
                                                      {"law", judge_law},
                                                      {"bound", judge_bound},
                                                      {"overhead", judge_overhead},
                                                      {"device", judge_device},
                                                      {"distributed", judge_distributed},
                                                      {"process", judge_process},
                                                      {"time", judge_time},
                                                      {"reach", judge_reach},
                                                      {"crossing", judge_crossing},
                                                      {"feature-slope", judge_feature_slope},
                                                      {"feature-gain", judge_feature_gain},
                                                      {"work", judge_work},
                                                      {"training", judge_training},
                                                      {"fine-tuning", judge_fine_tuning},
                                                      {"decentralised", judge_decentralised},
                                                      {"figure2", judge_figure2}};
  const auto found = judges.find(claim.judge);
  require(found != judges.end(),
          "claim " + claim.name + ": judge '" + claim.judge +
              "' is unknown: allowed are exact, memory, serial, law, bound, "
              "overhead, device, distributed, reach, process, time, crossing, "
              "feature-slope, feature-gain, work, training, fine-tuning, "
              "decentralised, figure2");
  return found->second(claim, records);
}

Verdict left_out(const Claim& claim, const std::string& experiment) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  return {.claim = claim,
          .answer = Answer::not_judged,
          .value = none,
          .low = none,
          .high = none,
          .evidence = "experiment " + experiment +
                      " was left out: run slim-measure claims without --leave-out " + experiment +
                      " to judge it"};
}

}  // namespace slim::experiments
