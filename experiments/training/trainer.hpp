// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "experiments/training/training_data.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::experiments {

/// A model in training: parameters, Adam's moments, and the number of completed steps. The results
/// depend on its setting and data only, bitwise.
class Trainer {
 public:
  Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  virtual ~Trainer() = default;

  [[nodiscard]] virtual Index steps() const = 0;
  /// Trains until `end` steps in total are completed. After the last step of the setting the model
  /// is validated on all batches of the final validation. Requires end > steps().
  virtual TrainingLeg run(const TrainingData& data, Index end) = 0;

  /// Model, parameters and moments: see checkpoint.hpp.
  [[nodiscard]] virtual CaseFile checkpoint() const = 0;
  /// Resumes from a checkpoint. A file without moments, such as another program's, starts at step 0
  /// with zero moments. Throws ContractError that names a tensor that is missing or has the wrong
  /// shape.
  virtual void resume(const CaseFile& file) = 0;
};

/// A trainer with the setting's drawn parameters, at step 0, which uses the setting's C at every
/// step. Throws ContractError unless the subject supports the setting's scalar, float32 or float64,
/// and feature map.
std::unique_ptr<Trainer> make_trainer(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
