// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/training_data.hpp"

#include "experiments/training/copying.hpp"
#include "experiments/training/text_windows.hpp"

namespace slim::experiments {

std::unique_ptr<TrainingData> training_data(const Setting& setting) {
  if (setting.training.task == TrainingTask::copying) return std::make_unique<Copying>(setting);
  return std::make_unique<TextWindows>(setting);
}

}  // namespace slim::experiments
