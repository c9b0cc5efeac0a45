// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/measures/overhead.hpp"
#include "experiments/measures/stopwatch.hpp"
#include "experiments/records/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

#include <optional>
#include <string>

namespace slim::experiments {

/// The cost of a gradient in one setting: slim-measure gradient.
struct GradientCost {
  Setting setting;
  double loss = 0.0;
  Timing seconds;
  Bytes bytes;
  ProcessPeak process;
  std::optional<std::int64_t> bytes_least;  ///< analytic minimum, if the subject declares one
  std::optional<Operations> operations;     ///< on request
  std::optional<Overhead> overhead;         ///< on request

  /// Peak bytes beyond parameters, gradient and tokens, divided by bytes_least; infinite without
  /// it.
  [[nodiscard]] double bytes_over_least() const;
};

struct Wishes {
  int repeats = 5;
  bool count = false;     ///< exact operations; a thousand times slower than a gradient
  bool overhead = false;  ///< exact multiply-adds relative to the full pass
};

/// Checks the subject with the gate, counts bytes (this run is also the warm-up), measures the peak
/// of a fresh process, samples seconds, and counts operations.
/// Throws ContractError on bad input, RefusedSubject when the gate rejects the subject.
GradientCost measure_gradient(const Subject& subject, const Subject& reference,
                              const Setting& setting, const Wishes& wishes);

std::string to_text(const GradientCost& cost);
std::string to_json(const GradientCost& cost);

}  // namespace slim::experiments
