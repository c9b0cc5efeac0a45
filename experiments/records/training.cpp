// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/training.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::experiments {

std::string_view name(TrainingTask task) {
  return task == TrainingTask::copying ? "copying" : "text";
}

TrainingTask parse_training_task(std::string_view text) {
  for (const TrainingTask task : {TrainingTask::copying, TrainingTask::text}) {
    if (name(task) == text) return task;
  }
  throw ContractError("task '" + on_one_line(text) + "' is unknown: allowed are copying, text");
}

void require_valid(const Training& training, Index length) {
  const auto at_least = [](const char* what, Index value, Index least) {
    require(value >= least, fmt::format("{} must be at least {}, not {}", what, least, value));
  };
  at_least("steps", training.steps, 0);
  if (training.steps == 0) return;
  require(training.rate > 0.0 && training.rate <= 1.0,
          fmt::format("the learning rate must be above 0 and at most 1, not {}", training.rate));
  at_least("the step at which the rate drops", training.rate_drop, 0);
  at_least("the number of steps between validations", training.check_every, 1);
  at_least("the number of batches of the final validation", training.final_checks, 1);
  at_least("the number of steps per record", training.leg, 1);
  require(training.switch_at >= 0 && training.switch_at < training.steps,
          fmt::format("the switch must be before the last of {} steps, not at {}", training.steps,
                      training.switch_at));
  require(training.switch_at == 0 || !training.full_subject.empty(),
          "a run that switches must name the subject of its full pass");
  require(training.task != TrainingTask::copying || (length >= 3 && length % 2 == 1),
          fmt::format(
              "a copying sequence 0 w 0 w must have an odd number of targets, at least 3, not {}",
              length));
}

}  // namespace slim::experiments
