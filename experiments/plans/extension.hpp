#pragma once

#include "experiments/plans/experiment.hpp"

namespace slim::experiments {

/// EXTENSION: how far from the reference, in 50 digits, gradients of other architectures of
/// row-wise maps and prefix sums are: norms, depths, heads, widths, feature maps.
std::vector<Plan> extension_plans(const Conditions& conditions);

}  // namespace slim::experiments
