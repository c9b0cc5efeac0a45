// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/measures/overhead.hpp"
#include "experiments/records/record.hpp"
#include "experiments/training/training_runs.hpp"
#include "experiments/workload/workload.hpp"
#include "reference/vocabulary/model/parameters.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace slim::experiments {

/// Measures samples one after another, and caches what later samples can reuse: true gradients,
/// full passes, the last gradient, and which settings are warmed up.
class Measurer {
 public:
  /// Checkpoints of trainings go to `folder`; `program` is slim-measure, for fresh processes.
  Measurer(const std::filesystem::path& folder, FindSubject find_subject,
           std::filesystem::path program);

  /// Measures the quantity of `job`, a record whose result is still empty.
  Measured measure(const Record& job);

 private:
  /// A gradient and the setting that it belongs to.
  struct KeptGradient {
    std::string of;
    std::vector<double> values;
  };

  Seconds time_gradient(const Subject& subject, const Setting& setting, bool warm);
  /// Runs the subject unless its last result is the same gradient.
  const KeptGradient& gradient_of(const Subject& subject, const Setting& setting);
  FullDiscrepancy full_discrepancy(const Subject& subject, const Setting& setting);
  GradientError gradient_error(const Subject& subject, const Setting& setting,
                               const char* authority);

  FindSubject find_subject_;
  std::filesystem::path program_;
  TrainingRuns training_;
  std::set<std::string> warmed_;
  OverheadCounter overheads_;
  KeptGradient whole_;  ///< gradient of the full pass
  KeptGradient last_;   ///< gradient of the previous run
  std::string truth_of_;
  Parameters<Digits50> truth_;
};

}  // namespace slim::experiments
