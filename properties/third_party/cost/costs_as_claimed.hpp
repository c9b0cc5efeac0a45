#pragma once

#include "properties/engine/law.hpp"
#include "properties/third_party/cost/resources.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

#include <vector>

namespace slim::properties::foreign {

/// What a subject claims of its cost, as laws of one case each: cost-flat-in-L, cost-O(C),
/// cost-linear. None where it claims nothing.
///
/// Statement: as judge_claim says. Measured once for all of them, in float32 where the subject
/// offers it, so they are to be run by one thread with nothing beside. A claim that is neither
/// supported nor refuted is SUSPECT. Tolerance: the rule of judge_claim.
std::vector<Law> costs_as_claimed(const ForeignSubject& foreign, const ResourcePlan& plan);

}  // namespace slim::properties::foreign
