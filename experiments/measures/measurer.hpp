#pragma once

#include "experiments/measures/overhead.hpp"
#include "experiments/plans/sweep.hpp"
#include "experiments/records/record.hpp"
#include "experiments/training/training_runs.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <set>
#include <string>
#include <vector>

namespace slim::experiments {

/// Measures one sample after another, and keeps what the next may share: a truth, a full pass, the
/// gradient that was timed last, what is warm.
class Measurer {
 public:
  explicit Measurer(const Sweep& sweep);

  /// The result of `job`, a record that still holds its quantity's empty one.
  Measured measure(const Record& job);

 private:
  /// A gradient, and the setting that it is of.
  struct KeptGradient {
    std::string of;
    std::vector<double> values;
  };

  Seconds time_gradient(const Subject& subject, const Setting& setting, bool warm);
  /// Runs the subject, unless this is what was timed last.
  const KeptGradient& gradient_of(const Subject& subject, const Setting& setting);
  FullDiscrepancy full_discrepancy(const Subject& subject, const Setting& setting);
  GradientError gradient_error(const Subject& subject, const Setting& setting,
                               const char* authority);

  const Sweep& sweep_;
  TrainingRuns training_;
  std::set<std::string> warmed_;
  OverheadCounter overheads_;
  KeptGradient whole_;  ///< of the full pass
  KeptGradient last_;   ///< of the run before
  std::string truth_of_;
  Parameters<Digits50> truth_;
};

}  // namespace slim::experiments
