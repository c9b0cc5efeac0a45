// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/features.hpp"

namespace slim::experiments {

std::vector<Plan> features_plans(const Conditions& conditions) {
  const std::uint64_t seeds = conditions.seeds_or(conditions.scale == Scale::ci ? 30 : 100);
  constexpr Index length = 64;
  std::vector<Plan> plans;
  for (Index blocks = 1; blocks <= 64; blocks *= 2) {
    for (std::uint64_t i = 0; i < seeds; ++i) {
      Setting setting = {.subject = "reference",
                         .scalar = Scalar::float64,
                         .model = {.hidden_dim = 16, .layers = 1, .ffn_dim = 16, .heads = 1},
                         .length = length,
                         .slice = length,
                         .key_scale = 0.5,
                         .seed = conditions.seed + i,
                         .corpus = conditions.corpus};
      setting.model.feature_map = {.kind = FeatureKind::favor_plus, .blocks = blocks};
      plans.push_back({.setting = setting, .quantity = Quantity::softmax_error});
    }
  }
  return plans;
}

}  // namespace slim::experiments
