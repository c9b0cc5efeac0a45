// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// The accuracy that the grid of boundary `exact` costs. With FAVOR+ features a key sum grows from
/// its first term by more binary digits as keys grow, and the grid must represent all of them. One
/// layer with C = 1 and keys of standard deviation about 1 to 4: the range of the sums, and the
/// errors of `exact` and `stored` relative to the reference in 50 digits.
std::vector<Plan> grid_plans(const Conditions& conditions);

/// A table with one row for each key scale.
std::string grid_table(std::span<const Record> records);

}  // namespace slim::experiments
