#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Cost over the length L, which doubles, at a fixed slice length C: the paper's algorithm at C and
/// at C = L (the full pass), and the variant that stores every boundary. Bytes, the process's peak
/// and seconds on one model; operations are counted on a narrower one and shorter lengths.
std::vector<Plan> length_plans(const Conditions& conditions);

}  // namespace slim::experiments
