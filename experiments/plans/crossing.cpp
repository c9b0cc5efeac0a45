// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/crossing.hpp"

namespace slim::experiments {

std::vector<Plan> crossing_plans(const Conditions& conditions) {
  struct Variant {
    const char* subject;
    Index slice;  ///< 0: the full pass
  };
  const bool small = conditions.scale == Scale::ci;
  const Index longest = small ? 1 << 11 : 1 << 13;
  std::vector<Plan> plans;
  for (const Quantity quantity : {Quantity::bytes, Quantity::seconds}) {
    const bool timed = quantity == Quantity::seconds;
    // Starts at lengths where softmax attention costs less: the state of a Performer needs more
    // memory than the weights of a short sequence, and it becomes faster near L = 128.
    for (Index length = timed ? 1 << 4 : 1; length <= longest; length *= 2) {
      for (const auto& [subject, slice] : {Variant{"softmax", 0}, Variant{"recovered/blocked", 0},
                                           Variant{"recovered/blocked", 64}}) {
        if (slice >= length) continue;  // equals the full pass, which is planned already
        plans.push_back({.setting = {.subject = subject,
                                     .model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256},
                                     .length = length,
                                     .slice = slice == 0 ? length : slice,
                                     .seed = conditions.seed,
                                     .threads = conditions.threads,
                                     .corpus = conditions.corpus},
                         .quantity = quantity,
                         .samples = timed ? (small ? 3 : 7) : 1});
      }
    }
  }
  return plans;
}

}  // namespace slim::experiments
