#pragma once

#include "properties/engine/law.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace slim::properties {

/// Whom to measure, on how many drawn cases of gradient-agrees.
struct CalibrationPlan {
  std::vector<const Subject*> correct;
  std::vector<const Subject*> mutants;
  Scalar scalar = Scalar::float64;
  std::uint64_t seed = 1;
  int cases = 40;
  int threads = 1;  ///< changes nothing but the time
};

/// error / dev of the row that stands worst, a number a check, with dev over K randomly rounded
/// runs. False alarm and power stand beside one another: the largest of the correct subjects, and
/// the mutant that is caught most narrowly.
struct EnsembleFigures {
  int runs = 0;  ///< K
  double median = 0.0;
  double quantile_99 = 0.0;
  double quantile_999 = 0.0;
  double largest = 0.0;
  int suspect = 0;  ///< checks beyond 4 dev
  int failing = 0;  ///< checks beyond 8 dev
  std::string weakest_mutant;
  double weakest_ratio = 0.0;  ///< the largest of its ratios, which is the smallest of all mutants'
};

inline constexpr std::array<int, 4> calibrated_sizes = {8, 16, 32, 64};

struct Calibration {
  Scalar scalar = Scalar::float64;
  int cases = 0;
  int checks = 0;       ///< answers of correct subjects that were compared
  int drawn_again = 0;  ///< cases put back, where nobody can be judged
  std::vector<EnsembleFigures> by_runs;
};

Calibration calibrate(const CalibrationPlan& plan);

/// The smallest of the values that at least the share q of them does not exceed. Requires sorted
/// values, at least one.
double quantile(std::span<const double> sorted, double q);

}  // namespace slim::properties
