#pragma once

#include "experiments/records/setting.hpp"
#include "reference/vocabulary/model/sequences.hpp"

#include <memory>

namespace slim::experiments {

/// The sequences of a task: each a function of its number alone, so that a run may go on anywhere.
class TrainingData {
 public:
  TrainingData() = default;
  TrainingData(const TrainingData&) = delete;
  TrainingData& operator=(const TrainingData&) = delete;
  virtual ~TrainingData() = default;

  /// Fills `batch`, which has the setting's sizes, with what step `step` is trained on.
  virtual void train(Index step, Sequences& batch) const = 0;
  /// The same with batch i of the validation.
  virtual void validate(Index i, Sequences& batch) const = 0;
  /// A batch of the setting's sizes to be filled.
  [[nodiscard]] virtual Sequences empty_batch() const = 0;
};

/// Throws ContractError when the setting's text is missing, corrupt or too short.
std::unique_ptr<TrainingData> training_data(const Setting& setting);

}  // namespace slim::experiments
