// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"
#include "experiments/records/record.hpp"

#include <string_view>

namespace slim::experiments {

/// Figure 2 of the paper: seconds, bytes and discrepancy from the full pass over C = L, L/4, L/16,
/// … at configurations I to IV (at ci a sixteenth of each length and an eighth of each width, at
/// laptop a quarter of both), with iterative and explicit prefix sums. C with more than 1024 slices
/// (4096 at laptop, 256 at ci) is left out, because it takes too long. Settings that need more than
/// three quarters of the available memory are left out and reported.
std::vector<Plan> figure2_plans(const Conditions& conditions);

/// Approximate bytes of a gradient in float32: the activations of a slice and, with explicit prefix
/// sums, R and S of every row; parameters and gradient; and two more gradients to compare. Units:
/// bytes.
double figure2_bytes(const Setting& setting);

/// "I" to "IV": the configuration that the record measures at its scale; empty if it is none of
/// them.
std::string_view configuration_name(const Record& record);

}  // namespace slim::experiments
