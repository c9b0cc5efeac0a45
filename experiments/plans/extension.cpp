// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/extension.hpp"

namespace slim::experiments {

std::vector<Plan> extension_plans(const Conditions& conditions) {
  const std::vector<Model> architectures = {
      {.hidden_dim = 4, .layers = 1, .ffn_dim = 3, .heads = 1},
      {.hidden_dim = 8, .layers = 3, .ffn_dim = 5, .heads = 4},
      {.hidden_dim = 12, .layers = 2, .ffn_dim = 24, .heads = 3, .norm = Norm::branch_input},
      {.hidden_dim = 8, .layers = 4, .ffn_dim = 8, .heads = 1, .norm = Norm::branch_input}};
  std::vector<Plan> plans;
  for (Model model : architectures) {
    for (const char* map : {"sqr", "elu+1", "abs", "favor+_1"}) {
      model.feature_map = parse_feature_map(map);
      for (const Index slice : {1, 4, 13}) {
        plans.push_back({.setting = {.subject = "recovered/iterative",
                                     .scalar = Scalar::digits50,
                                     .model = model,
                                     .length = 13,
                                     .slice = slice,
                                     .seed = conditions.seed,
                                     .corpus = conditions.corpus},
                         .quantity = Quantity::gradient_error});
      }
    }
  }
  return plans;
}

}  // namespace slim::experiments
