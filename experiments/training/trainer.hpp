#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "experiments/training/training_data.hpp"
#include "reference/vocabulary/case_file/case_file.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <memory>

namespace slim::experiments {

/// A model in training: parameters, Adam's moments, and the number of steps made. Its course
/// depends on its setting and data alone, to the bit.
class Trainer {
 public:
  Trainer() = default;
  Trainer(const Trainer&) = delete;
  Trainer& operator=(const Trainer&) = delete;
  virtual ~Trainer() = default;

  [[nodiscard]] virtual Index steps() const = 0;
  /// Trains up to `end` steps in all. After the last step of the setting the model is validated on
  /// all batches of the last validation. Requires end > steps().
  virtual TrainingLeg run(const TrainingData& data, Index end) = 0;

  /// Model, parameters and moments: see checkpoint.hpp.
  [[nodiscard]] virtual CaseFile checkpoint() const = 0;
  /// Goes on from there. A file without moments, such as another program's, starts with none, at
  /// step 0. Throws ContractError that names the tensor which is missing or misshapen.
  virtual void resume(const CaseFile& file) = 0;
};

/// With the setting's drawn parameters, at step 0, in slices of the setting's C at every step.
/// Throws ContractError unless the subject works in the setting's scalar, float32 or float64, and
/// with its feature map.
std::unique_ptr<Trainer> make_trainer(const Subject& subject, const Setting& setting);

}  // namespace slim::experiments
