#pragma once

#include "properties/tolerance/comparison.hpp"
#include "properties/tolerance/insides.hpp"

#include <span>
#include <vector>

namespace slim::properties {

/// K: `slim-verify calibrate` shows what others would do.
inline constexpr int ensemble_runs = 32;
/// Of cases so large that 32 runs would take seconds.
inline constexpr int runs_of_a_large_case = 8;
/// Whether B·L·s·d_model·max(d_model, d_ff) is above 8,000, which few drawn cases are.
bool is_large_case(const GradientCase& c);

/// How far correct programs in one scalar scatter about the truth on one case: K runs of the naive
/// reference in that scalar, forward and back, every operation rounded up or down at random.
struct Ensemble {
  /// dev: the largest deviation from the truth in each row, over all runs, and in the gradient at
  /// least a sixteenth of the unit roundoff of its largest entry: where terms cancel, one order of
  /// summation may lose nothing and another the rounding of what cancelled. Infinite where a run
  /// was not finite.
  GradientBounds deviation;
  /// The smallest |x| / dev(x) over all inputs x of the feature map: how clear of the kink of ReLU
  /// and |x| at 0 every run stayed. Infinite for smooth maps.
  double kink_clearance = 0.0;
  /// Whether every run stayed finite; else the scalar is too narrow for the case.
  bool finite = true;
};

/// Of `ensemble_runs` runs, of a large case of fewer.
/// Logits are bounded when `truth` has them. The case's first row stands at `first_position`.
/// Source: stochastic rounding as an estimate of rounding error, Parker 1997 (Monte Carlo
/// arithmetic) and Vignes' CESTAC. Runs are numbered and seeded by their number.
/// Cost: 32 runs in a scalar about ten times as slow as the hardware's.
Ensemble randomly_rounded_ensemble(Scalar scalar, const GradientCase& c,
                                   const GradientAnswer& truth, const Insides<Digits50>& insides,
                                   Index first_position = 0);
/// What an ensemble in float32 says of float64: deviations are of first order in the roundoff, and
/// what is of higher order in float32 makes them no smaller.
Ensemble in_float64(Ensemble of_float32);
/// Of the first K of the same runs, for every K of `sizes`, which ascend.
std::vector<Ensemble> randomly_rounded_ensembles(Scalar scalar, const GradientCase& c,
                                                 const GradientAnswer& truth,
                                                 const Insides<Digits50>& insides,
                                                 std::span<const int> sizes,
                                                 Index first_position = 0);

}  // namespace slim::properties
