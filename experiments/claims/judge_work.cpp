// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/findings.hpp"
#include "experiments/claims/judges.hpp"
#include "experiments/plans/work.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::experiments {

Verdict judge_work(const Claim& claim, std::span<const Record> records) {
  require(!claim.boundaries.empty(),
          "claim " + claim.name + ": boundaries must be a non-empty list of texts");
  double worst = 0.0;
  int held_out = 0;
  std::size_t models = 0;
  std::string against;
  std::string missing;
  std::string example;
  for (const std::string& boundary : claim.boundaries) {
    for (const WorkModel& model : work_models(boundary, parse_law(claim.law), records)) {
      if (!model.law) {
        missing = "records are missing: counts of " + model.subject;
        continue;
      }
      ++models;
      held_out += model.law->held_out;
      worst = std::max(worst, model.law->residual);
      if (!(model.law->residual <= 0.0) && against.empty()) {
        against = fmt::format("the {} of {} differ from {} by up to {:g}", model.count,
                              model.subject, model.law->formula, model.law->residual);
      }
      if (model.subject == claim.subject && model.count == "multiplications") {
        example = fmt::format("{} does {} multiplications", model.subject, model.law->formula);
      }
    }
  }
  if (against.empty() && !missing.empty()) return inconclusive(claim, missing);
  return {.claim = claim,
          .answer = against.empty() ? Answer::supported : Answer::refuted,
          .value = worst,
          .low = worst,
          .high = worst,
          .evidence = against.empty() ? fmt::format("{} exact models, residual 0 at {} counts held "
                                                    "out; {}",
                                                    models, held_out, example)
                                      : against};
}

}  // namespace slim::experiments
