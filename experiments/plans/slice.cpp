// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/slice.hpp"

namespace slim::experiments {
namespace {

struct Sizes {
  Model model;
  Index length;
  Index ratio;  ///< ratio of consecutive C
  int samples;
};

/// Heads of width 64, as in the paper; at scale paper its configuration II.
Sizes timed(Scale scale) {
  switch (scale) {
    case Scale::ci:
      return {.model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 1},
              .length = 1 << 10,
              .ratio = 4,
              .samples = 3};
    case Scale::laptop:
      return {.model = {.hidden_dim = 128, .layers = 2, .ffn_dim = 512, .heads = 2},
              .length = 1 << 12,
              .ratio = 2,
              .samples = 7};
    case Scale::paper:
      break;
  }
  return {.model = {.hidden_dim = 512, .layers = 3, .ffn_dim = 2048, .heads = 8},
          .length = 1 << 10,
          .ratio = 2,
          .samples = 10};
}

Sizes counted() {
  return {.model = {.hidden_dim = 16, .layers = 2, .ffn_dim = 32, .heads = 2},
          .length = 1 << 8,
          .ratio = 4,
          .samples = 1};
}

void add(std::vector<Plan>& plans, const Conditions& conditions, const Sizes& sizes,
         Quantity quantity) {
  for (Index slice = 1; slice <= sizes.length; slice *= sizes.ratio) {
    for (const char* subject : {"recovered/iterative", "stored/iterative"}) {
      plans.push_back({.setting = {.subject = subject,
                                   .model = sizes.model,
                                   .length = sizes.length,
                                   .slice = slice,
                                   .seed = conditions.seed,
                                   .threads = conditions.threads,
                                   .corpus = conditions.corpus},
                       .quantity = quantity,
                       .samples = quantity == Quantity::seconds ? sizes.samples : 1});
    }
  }
}

}  // namespace

std::vector<Plan> slice_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  add(plans, conditions, timed(conditions.scale), Quantity::bytes);
  add(plans, conditions, counted(), Quantity::operations);
  add(plans, conditions, timed(conditions.scale), Quantity::process);
  add(plans, conditions, timed(conditions.scale), Quantity::seconds);
  return plans;
}

}  // namespace slim::experiments
