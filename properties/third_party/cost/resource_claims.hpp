#pragma once

#include "properties/third_party/cost/resources.hpp"

namespace slim::properties::foreign {

/// A claim against what was measured.
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
  double bound = 0.0;  ///< of the statistic, for a claim that is supported
};
std::string_view name(ResourceVerdict::Standing standing);

/// "flat in L": peak bytes grow by at most 8 copies of a row's inputs and outputs for each row (who
/// keeps a prefix sum for each row grows by D/4 = 16 copies, who keeps the L × L weights by more).
/// With a pullback a row's gradients count too: 6 copies of these eight arrays at most (a prefix
/// sum is D/8 = 8). A whole model has tokens for inputs, and a row counts as four activations: 2
/// copies at most (who keeps what each row went through grows by 5 and more).
/// "O(C)": that, doubling C at most doubles the peak (rule: × 2.2, and a megabyte of noise), and
/// what a further row of a slice takes does not grow (rule: × 1.5 from one step of C to the next,
/// and four megabytes of noise; squares of C make it × 2). Neither is judged where a process ended
/// during a call: nobody can tell what that held.
/// "linear": growth of the seconds over the last two doublings of L, which is 4 for linear and 16
/// for quadratic time: supported from 2 (below, what every call costs hides it) to 5.5, refuted
/// from 8 on. Of several tasks the one that does worst decides.
ResourceVerdict judge_claim(ResourceClaim claim, const std::vector<ResourceSample>& samples,
                            const ResourcePlan& plan);

}  // namespace slim::properties::foreign
