#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace slim::experiments {

/// What a model is trained to do.
enum class TrainingTask { copying, text };
std::string_view name(TrainingTask task);
/// Throws ContractError that lists what is allowed.
TrainingTask parse_training_task(std::string_view text);

/// How a setting's model is trained, beside its subject, slice length, batch and seed. Adam's other
/// constants are the released code's: see adam.hpp.
struct Training {
  TrainingTask task = TrainingTask::text;
  Index steps = 0;          ///< 0: the setting is no training
  double rate = 1e-3;       ///< learning rate
  Index rate_drop = 0;      ///< from this step on the rate is a tenth; 0: never
  Index check_every = 50;   ///< steps between validations, each on one batch
  Index final_checks = 16;  ///< batches of the validation after the last step
  Index leg = 100;          ///< steps in a record
  /// Steps before this one are another run's: the full pass of `full_subject`, from the same seed.
  /// This run goes on from there.
  Index switch_at = 0;
  std::string full_subject = {};  ///< empty unless switch_at > 0

  bool operator==(const Training&) const = default;

  [[nodiscard]] double rate_at(Index step) const {
    constexpr double drop = 0.1;
    return rate_drop > 0 && step >= rate_drop ? drop * rate : rate;
  }
  /// Records that make the run.
  [[nodiscard]] Index legs() const { return (steps - switch_at + leg - 1) / leg; }
  [[nodiscard]] Index leg_begin(Index i) const { return switch_at + i * leg; }
  [[nodiscard]] Index leg_end(Index i) const { return std::min(steps, leg_begin(i + 1)); }
};

/// Throws ContractError, naming what is wrong and what is allowed.
void require_valid(const Training& training, Index length);

}  // namespace slim::experiments
