#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <string_view>

namespace slim::experiments {

/// Figure 2 of the paper: seconds, bytes and discrepancy to the full pass over C = L, L/4, L/16, …
/// at configurations I to IV (at ci a sixteenth of each length and an eighth of each width, at
/// laptop a quarter of both), iterative and explicit prefix sums. C so small that there would be
/// more than 1024 slices (4096 at laptop, 256 at ci) take too long. What would take more than three
/// quarters of the memory that there is is left out, and said.
std::vector<Plan> figure2_plans(const Conditions& conditions);

/// What a gradient in float32 takes, nearly: of a slice its activations and, with explicit prefix
/// sums, R and S of every row; parameters and gradient; and two gradients more to compare.
/// Units: bytes.
double figure2_bytes(const Setting& setting);

/// "I" to "IV": which configuration, at the record's scale, was measured; empty when none was.
std::string_view configuration_name(const Record& record);

}  // namespace slim::experiments
