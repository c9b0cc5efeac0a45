#pragma once

#include "experiments/plans/experiment.hpp"

#include <vector>

namespace slim::experiments {

/// Is the gradient the reference's, with no approximation? In 50 digits, where rounding is out of
/// sight, on the first bytes of the corpus: every feature map, every kind of C (1, a prime, one
/// less and one more than half, ragged, L, beyond L), both boundaries, and more seeds at larger
/// scales. At ci fewer C of each kind, and stored boundaries with ReLU features alone.
std::vector<Plan> exact_plans(const Conditions& conditions);

}  // namespace slim::experiments
