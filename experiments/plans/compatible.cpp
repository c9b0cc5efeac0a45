// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/compatible.hpp"

namespace slim::experiments {

std::vector<Plan> compatible_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  for (const char* map : {"sqr", "elu+1"}) {
    for (const Index slice : {1, 5, 12}) {
      plans.push_back({.setting = {.subject = "recovered/iterative",
                                   .scalar = Scalar::digits50,
                                   .model = {.hidden_dim = 8,
                                             .layers = 2,
                                             .ffn_dim = 16,
                                             .heads = 2,
                                             .feature_map = parse_feature_map(map)},
                                   .length = 24,
                                   .slice = slice,
                                   .seed = conditions.seed,
                                   .corpus = conditions.corpus},
                       .quantity = Quantity::switch_error});
    }
  }
  return plans;
}

}  // namespace slim::experiments
