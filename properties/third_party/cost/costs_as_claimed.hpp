// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/engine/law.hpp"
#include "properties/third_party/cost/resources.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

#include <string>
#include <vector>

namespace slim::properties::foreign {

/// The cost claims of a subject as laws of one case each: cost-flat-in-L, cost-O(C), cost-linear.
/// Empty if it claims nothing.
///
/// Statement: see judge_claim. Costs are measured once for all laws, in float32 if the subject
/// offers it; run them in one thread with nothing else running. A claim that is neither supported
/// nor refuted is SUSPECT. Tolerance: the rule of judge_claim.
std::vector<Law> costs_as_claimed(const ForeignSubject& foreign, const ResourcePlan& plan);

/// The names of the laws of all costs that a subject can claim.
std::vector<std::string> names_of_costs();

}  // namespace slim::properties::foreign
