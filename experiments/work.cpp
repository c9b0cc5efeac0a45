#include "experiments/work.hpp"

#include "reference/vocabulary/contract.hpp"

namespace slim::experiments {

std::vector<Plan> work_plans(const Conditions& conditions) {
  const bool small = conditions.scale == Scale::ci;
  std::vector<Plan> plans;
  for (const char* boundary : {"recovered", "wide", "exact", "stored", "recomputed", "bisected"}) {
    for (const char* sums : {"explicit", "tree", "iterative", "iterative-subtracting", "blocked"}) {
      for (const Index slice : {8, 16, 32, 64, 128}) {
        if (small && slice > 64) continue;
        for (const Index slices : {2, 4, 8}) {
          plans.push_back(
              {.setting = {.subject = std::string(boundary) + "/" + sums,
                           .model = {.hidden_dim = 8, .layers = 1, .ffn_dim = 8, .heads = 1},
                           .length = slice * slices,
                           .slice = slice,
                           .seed = conditions.seed,
                           .corpus = conditions.corpus},
               .quantity = Quantity::operations});
        }
      }
    }
  }
  return plans;
}

}  // namespace slim::experiments
