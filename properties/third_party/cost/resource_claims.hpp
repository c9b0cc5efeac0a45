// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/cost/resources.hpp"

namespace slim::properties::foreign {

/// The verdict on a claim, from measurements.
struct ResourceVerdict {
  ResourceClaim claim;
  enum class Standing {
    supported,
    refuted,
    inconclusive,
    not_judged
  } standing = Standing::inconclusive;
  std::string evidence = {};        ///< the statistic, and the rule
  std::string statistic_name = {};  ///< such as "seconds"
  double statistic = 0.0;
  double bound = 0.0;  ///< of the statistic, up to which the claim is supported
};
std::string_view name(ResourceVerdict::Standing standing);

/// "flat in L": per further row, peak bytes grow by at most 8 copies of the row's inputs and
/// outputs. (An implementation that stores a prefix sum per row grows by D/4 = 16 copies, one that
/// stores the L × L weights by more.) With a pullback, the row's gradients count too: at most 6
/// copies of these eight arrays (a prefix sum is D/8 = 8). A whole model, whose inputs are tokens,
/// may take at most a megabyte (the noise of a measurement) and 32 bytes per token more for the
/// longest sequence than for the shortest; one activation per row takes 1.75 MiB more.
/// "O(C)": flat in L; doubling C at most doubles the peak (rule: × 2.2, and a megabyte of noise);
/// and the bytes per further row of a slice do not grow (rule: × 1.5 from one step of C to the
/// next, and four megabytes of noise; growth as C² gives × 2). Neither claim is judged if a process
/// ended during a call, since its memory is then unknown.
/// "linear": growth of the seconds over the last two doublings of L, which is 4 for linear and 16
/// for quadratic time: supported from 2 (below, the fixed cost of a call dominates) to 5.5, refuted
/// from 8 on. The worst of several tasks decides.
ResourceVerdict judge_claim(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                            const ResourcePlan& plan);

}  // namespace slim::properties::foreign
