#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// How far rounding carries the gradient away over C, L, precision, features, head width and
/// boundary: every boundary with sums that walk up row by row, and the paper's released way, sums
/// walked back by subtraction. The truth is the reference in 50 digits; where that takes too long,
/// `stored/iterative` in float64. `recomputed` is left out where it would sweep over 256 slices or
/// more, and `bisected` over more than 4,096: they give the bits of `stored`.
/// Heads of width 64 go to L = 2¹⁶ at scale paper only, to 2¹² at laptop.
std::vector<Plan> drift_plans(const Conditions& conditions);

/// The largest error of each subject, over seeds: first by features and head width, then by C and
/// L. Errors above 1 % are printed bold.
std::string drift_table(std::span<const Record> records);

}  // namespace slim::experiments
