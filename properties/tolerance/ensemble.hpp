// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/tolerance/comparison.hpp"
#include "properties/tolerance/insides.hpp"

#include <span>
#include <vector>

namespace slim::properties {

/// K; `slim-verify calibrate` compares other values.
inline constexpr int ensemble_runs = 32;
/// K of large cases, for which 32 runs would take seconds.
inline constexpr int runs_of_a_large_case = 8;
/// Whether B·L·s·d_model·max(d_model, d_ff) > 8,000, which holds for few drawn cases.
bool is_large_case(const GradientCase& c);

/// How far correct programs in one scalar deviate from the truth on one case: K runs of the naive
/// reference in that scalar, forward and backward, with every operation rounded up or down at
/// random.
struct Ensemble {
  /// dev: the largest deviation from the truth in each row, over all runs; in the gradient at least
  /// a sixteenth of the unit roundoff times its largest entry, since where terms cancel, one order
  /// of summation may lose nothing and another the rounding of what cancelled. Infinite if a run
  /// was not finite.
  GradientBounds deviation;
  /// The smallest |x| / dev(x) over all inputs x of the feature map: the distance of all runs from
  /// the kink of ReLU and |x| at 0. Infinite for smooth maps.
  double kink_clearance = 0.0;
  /// Whether every run was finite. If not, the scalar is too narrow for the case.
  bool finite = true;
};

/// The ensemble of `ensemble_runs` runs, or `runs_of_a_large_case`. Logits are bounded if `truth`
/// has them. The position of the case's first row is `first_position`. Source: stochastic rounding
/// as an estimate of rounding error, Parker 1997 (Monte Carlo arithmetic) and Vignes' CESTAC. Each
/// run is seeded by its number.
/// Cost: 32 runs in a scalar about ten times as slow as the hardware's.
Ensemble randomly_rounded_ensemble(Scalar scalar, const GradientCase& c,
                                   const GradientAnswer& truth, const Insides<Digits50>& insides,
                                   Index first_position = 0);
/// Scales an ensemble in float32 to float64: deviations are of first order in the unit roundoff,
/// and the higher orders in float32 make them no smaller.
Ensemble in_float64(Ensemble of_float32);
/// The ensembles of the first K of the same runs, for every K of `sizes`. Requires ascending sizes.
std::vector<Ensemble> randomly_rounded_ensembles(Scalar scalar, const GradientCase& c,
                                                 const GradientAnswer& truth,
                                                 const Insides<Digits50>& insides,
                                                 std::span<const int> sizes,
                                                 Index first_position = 0);

}  // namespace slim::properties
