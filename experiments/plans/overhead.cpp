// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/overhead.hpp"

#include "experiments/plans/configurations.hpp"

namespace slim::experiments {

std::vector<Plan> overhead_plans(const Conditions& conditions) {
  constexpr Index slice = 16;
  // Configuration III has the width of I and the depth of II; IV has the same counts as III.
  const std::size_t widths = conditions.scale == Scale::ci ? 2 : 3;
  std::vector<Plan> plans;
  for (std::size_t i = 0; i < widths; ++i) {
    for (Index slices = 2; slices <= 256; slices *= 2) {
      for (const FirstSweep sweep : {FirstSweep::plain, FirstSweep::lazy}) {
        plans.push_back({.setting = {.subject = "recovered/iterative",
                                     .model = configurations.at(i).model(),
                                     .length = slice * slices,
                                     .slice = slice,
                                     .first_sweep = sweep,
                                     .seed = conditions.seed,
                                     .corpus = conditions.corpus},
                         .quantity = Quantity::overhead});
      }
    }
  }
  return plans;
}

}  // namespace slim::experiments
