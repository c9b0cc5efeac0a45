#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <span>
#include <string>
#include <vector>

namespace slim::experiments {

/// What the grid of boundary `exact` costs in accuracy: with FAVOR+ features a key sum grows from
/// its first term by ever more binary digits as keys grow, and the grid must hold them all. One
/// layer with C = 1, keys of deviation about 1 to 4: how far the sums reach, and how far `exact`
/// and `stored` are from the reference in 50 digits.
std::vector<Plan> grid_plans(const Conditions& conditions);

/// A row for each size of the keys.
std::string grid_table(std::span<const Record> records);

}  // namespace slim::experiments
