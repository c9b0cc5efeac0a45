// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/exact.hpp"

#include <string>
#include <string_view>

namespace slim::experiments {

std::vector<Plan> exact_plans(const Conditions& conditions) {
  constexpr Index length = 24;
  const bool small = conditions.scale == Scale::ci;
  const std::uint64_t seeds = conditions.seeds_or(small ? 1 : 3);
  std::vector<Plan> plans;
  for (std::uint64_t seed = conditions.seed; seed < conditions.seed + seeds; ++seed) {
    for (const char* map : {"sqr", "elu+1", "abs", "favor+_2", "relu"}) {
      for (const Index slice : {1, 2, 5, 7, 11, 12, 13, 23, 24, 31}) {
        // At ci: one C that divides L and one that does not, both ends and beyond; the control only
        // where it matters most.
        if (small && slice != 1 && slice != 5 && slice != 12 && slice != 23 && slice < length) {
          continue;
        }
        for (const std::string subject : {"recovered/iterative", "stored/iterative"}) {
          if (small && subject == "stored/iterative" && std::string_view(map) != "relu") continue;
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
