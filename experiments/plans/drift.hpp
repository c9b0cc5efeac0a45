// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// Rounding errors of the gradient over C, L, precision, features, head width and boundary: every
/// boundary with iterative prefix sums, and the paper's released algorithm, which subtracts its way
/// back through the sums. The truth is the reference in 50 digits, or `stored/iterative` in float64
/// where that takes too long. `recomputed` is left out where it would sweep over 256 slices or
/// more, and `bisected` over more than 4,096: they give the same bits as `stored`.
/// Heads of width 64 reach L = 2¹⁶ at scale paper only, and 2¹² at laptop.
std::vector<Plan> drift_plans(const Conditions& conditions);

/// The largest error of each subject over all seeds, first by features and head width, then by C
/// and L. Errors above 1 % are bold.
std::string drift_table(std::span<const Record> records);

}  // namespace slim::experiments
