// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/scalars/matrix.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace slim::experiments {

/// The task that a model is trained for.
enum class TrainingTask { copying, text };
std::string_view name(TrainingTask task);
/// Throws ContractError that lists what is allowed.
TrainingTask parse_training_task(std::string_view text);

/// How a setting's model is trained, in addition to its subject, slice length, batch and seed.
/// Adam's other constants are those of the released code: see adam.hpp.
struct Training {
  TrainingTask task = TrainingTask::text;
  Index steps = 0;          ///< 0: the setting is not a training
  double rate = 1e-3;       ///< learning rate
  Index rate_drop = 0;      ///< from this step on the rate is a tenth; 0: never
  Index check_every = 50;   ///< steps between validations, each on one batch
  Index final_checks = 16;  ///< batches of the validation after the last step
  Index leg = 100;          ///< steps per record
  /// Steps before this one belong to another run, the full pass of `full_subject` from the same
  /// seed, which this run continues.
  Index switch_at = 0;
  std::string full_subject = {};  ///< empty unless switch_at > 0

  bool operator==(const Training&) const = default;

  [[nodiscard]] double rate_at(Index step) const {
    constexpr double drop = 0.1;
    return rate_drop > 0 && step >= rate_drop ? drop * rate : rate;
  }
  /// Number of records of the run.
  [[nodiscard]] Index legs() const { return (steps - switch_at + leg - 1) / leg; }
  [[nodiscard]] Index leg_begin(Index i) const { return switch_at + i * leg; }
  [[nodiscard]] Index leg_end(Index i) const { return std::min(steps, leg_begin(i + 1)); }
};

/// Throws ContractError that names the value and what is allowed.
void require_valid(const Training& training, Index length);

}  // namespace slim::experiments
