// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <memory>

namespace slim::experiments {

/// The sequences of a task; each batch is a function of its number, so that a run can resume
/// anywhere.
class TrainingData {
 public:
  TrainingData() = default;
  TrainingData(const TrainingData&) = delete;
  TrainingData& operator=(const TrainingData&) = delete;
  virtual ~TrainingData() = default;

  /// Fills `batch`, which has the setting's sizes, with the training data of step `step`.
  virtual void train(Index step, Sequences& batch) const = 0;
  /// Fills `batch` with batch i of the validation.
  virtual void validate(Index i, Sequences& batch) const = 0;
  /// An allocated batch of the setting's sizes.
  [[nodiscard]] virtual Sequences empty_batch() const = 0;
};

/// Throws ContractError when the setting's text is missing, corrupt or too short.
std::unique_ptr<TrainingData> training_data(const Setting& setting);

}  // namespace slim::experiments
