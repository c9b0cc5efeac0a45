#pragma once

#include "experiments/measures/overhead.hpp"
#include "experiments/measures/quantities.hpp"
#include "experiments/records/setting.hpp"
#include "reference/vocabulary/task/subject.hpp"

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
  std::optional<std::int64_t> bytes_least;  ///< the subject's analytic minimum, where it states one
  std::optional<Operations> operations;     ///< when asked for
  std::optional<Overhead> overhead;         ///< when asked for

  [[nodiscard]] double seconds_min() const;
  [[nodiscard]] double seconds_median() const;
  /// Peak bytes beyond parameters, gradient and tokens over the least; infinite if none is stated.
  [[nodiscard]] double bytes_over_least() const;
};

struct Wishes {
  int repeats = 5;
  bool count = false;     ///< exact operations, a thousand times slower than one gradient
  bool overhead = false;  ///< exact multiply-adds against the full pass, by way of narrower models
};

/// The protocol: the subject passes the gate, bytes are counted (this run is the warm-up), a fresh
/// process tells its peak, seconds are sampled, and operations counted.
/// Throws ContractError on bad input, RefusedSubject when the gate refuses.
GradientCost measure_gradient(const Subject& subject, const Subject& reference,
                              const Setting& setting, const Wishes& wishes);

std::string to_text(const GradientCost& cost);
std::string to_json(const GradientCost& cost);

}  // namespace slim::experiments
