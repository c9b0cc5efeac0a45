#pragma once

#include "experiments/measures/quantities.hpp"
#include "experiments/setting.hpp"
#include "reference/vocabulary/subject.hpp"

#include <optional>
#include <string>
#include <vector>

namespace slim::experiments {

/// What a gradient costs in one setting: slim-measure gradient.
struct GradientCost {
  Setting setting;
  double loss = 0.0;
  std::vector<double> seconds;  ///< the samples
  Bytes bytes;
  ProcessPeak process;
  std::optional<Operations> operations;  ///< when asked for

  [[nodiscard]] double seconds_min() const;
  [[nodiscard]] double seconds_median() const;
};

struct Wishes {
  int repeats = 5;
  bool count = false;  ///< exact operations, a thousand times slower than one gradient
};

/// The protocol: the subject passes the gate, bytes are counted (this run is the warm-up), a fresh
/// process tells its peak, seconds are sampled, and operations counted.
/// Throws ContractError on bad input, RefusedSubject when the gate refuses.
GradientCost measure_gradient(const Subject& subject, const Subject& reference,
                              const Setting& setting, const Wishes& wishes);

std::string to_text(const GradientCost& cost);
std::string to_json(const GradientCost& cost);

}  // namespace slim::experiments
