#include "experiments/overhead.hpp"

#include "experiments/configurations.hpp"

namespace slim::experiments {

std::vector<Plan> overhead_plans(const Conditions& conditions) {
  constexpr Index slice = 16;
  std::vector<Plan> plans;
  for (const Configuration& configuration : {configurations[0], configurations[1]}) {
    for (const Index slices : {2, 4, 256}) {
      for (const FirstSweep sweep : {FirstSweep::plain, FirstSweep::lazy}) {
        plans.push_back({.setting = {.subject = "recovered/iterative",
                                     .model = configuration.model(),
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
