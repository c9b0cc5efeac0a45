// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// Which subjects to measure, on how many drawn cases of gradient-agrees.
struct CalibrationPlan {
  std::vector<const Subject*> correct;
  std::vector<const Subject*> mutants;
  Scalar scalar = Scalar::float64;
  std::uint64_t seed = 1;
  int cases = 40;
  int threads = 1;  ///< affects only the time
};

/// error / dev of the worst row, one number per check, where dev is estimated from K randomly
/// rounded runs. Shows false alarms and power together: the largest ratio of a correct subject, and
/// the mutant that is killed by the smallest margin.
struct EnsembleFigures {
  int runs = 0;  ///< K
  double median = 0.0;
  double quantile_99 = 0.0;
  double quantile_999 = 0.0;
  double largest = 0.0;
  int suspect = 0;  ///< checks beyond 4 dev
  int failing = 0;  ///< checks beyond 8 dev
  std::string weakest_mutant;
  double weakest_ratio = 0.0;  ///< min over mutants of the largest ratio of each
};

inline constexpr std::array<int, 4> calibrated_sizes = {8, 16, 32, 64};

struct Calibration {
  Scalar scalar = Scalar::float64;
  int cases = 0;
  int checks = 0;   ///< answers of correct subjects that were compared
  int redrawn = 0;  ///< rejected draws, on which no subject can be judged
  std::vector<EnsembleFigures> by_runs;
};

Calibration calibrate(const CalibrationPlan& plan);

/// The smallest value v such that at least a fraction q of the values is ≤ v. Requires at least one
/// value, in ascending order.
double quantile(std::span<const double> sorted, double q);

}  // namespace slim::properties
