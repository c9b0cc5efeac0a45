// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/record.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// A run, combined from the records of its legs.
struct Course {
  Setting setting;
  std::string scale;
  std::vector<double> losses;  ///< of steps switch_at, switch_at + 1, …; nats per counted target
  std::vector<Check> checks;
  std::optional<Check> end;  ///< empty while legs are missing
  double seconds = 0.0;
  double seconds_gradient = 0.0;
  double seconds_data = 0.0;
  std::int64_t parameters = 0;  ///< bytes
  std::int64_t optimiser = 0;   ///< bytes
  std::int64_t peak = 0;        ///< bytes beyond parameters, gradient and moments
  std::int64_t wanted = 0;
  std::string refusal;
  std::optional<double> trigram_loss;
  std::string parameters_sha1;  ///< after the last step
  std::string isolation;

  [[nodiscard]] Index first_step() const { return setting.training.switch_at; }
  /// Bytes of parameters, gradient, moments and everything else.
  [[nodiscard]] std::int64_t bytes() const { return 2 * parameters + optimiser + peak; }
};

/// The trainings among the records, in the order of their first records. A course contains its legs
/// as far as they are consecutive from its first step. Requires each leg once.
std::vector<Course> courses(std::span<const Record> records);

/// The metric of a task: bits per byte of text, or the share of tokens copied correctly.
double metric(const Setting& setting, const Check& check);
const char* metric_name(TrainingTask task);

}  // namespace slim::experiments
