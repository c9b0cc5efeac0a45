#include "experiments/exact.hpp"

namespace slim::experiments {

std::vector<Plan> exact_plans(const Conditions& conditions) {
  constexpr Index length = 24;
  const std::uint64_t seeds = conditions.scale == Scale::ci ? 1 : 3;
  std::vector<Plan> plans;
  for (std::uint64_t seed = conditions.seed; seed < conditions.seed + seeds; ++seed) {
    for (const char* map : {"sqr", "elu+1", "abs", "favor+_2", "relu"}) {
      for (const Index slice : {1, 2, 5, 7, 11, 12, 13, 23, 24, 31}) {
        for (const char* subject : {"recovered/iterative", "stored/iterative"}) {
          plans.push_back({.setting = {.subject = subject,
                                       .scalar = Scalar::digits50,
                                       .model = {.vocab_size = 256,
                                                 .hidden_dim = 8,
                                                 .layers = 2,
                                                 .ffn_dim = 16,
                                                 .heads = 2,
                                                 .feature_map = parse_feature_map(map)},
                                       .length = length,
                                       .slice = slice,
                                       .seed = seed,
                                       .corpus = conditions.corpus},
                           .quantity = Quantity::gradient_error});
        }
      }
    }
  }
  return plans;
}

}  // namespace slim::experiments
