// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/length.hpp"

namespace slim::experiments {
namespace {

struct Sizes {
  Model model;
  Index slice;
  Index shortest;
  Index longest;
  Index longest_timed;
  int samples;
};

/// Heads of width 64, as in the paper.
Sizes timed(Scale scale) {
  switch (scale) {
    case Scale::ci:
      return {.model = {.hidden_dim = 64, .layers = 2, .ffn_dim = 256, .heads = 1},
              .slice = 256,
              .shortest = 1 << 10,
              .longest = 1 << 16,
              .longest_timed = 1 << 14,
              .samples = 5};
    case Scale::laptop:
      return {.model = {.hidden_dim = 128, .layers = 2, .ffn_dim = 512, .heads = 2},
              .slice = 256,
              .shortest = 1 << 9,
              .longest = 1 << 16,
              .longest_timed = 1 << 16,
              .samples = 7};
    case Scale::paper:
      break;
  }
  return {.model = {.hidden_dim = 512, .layers = 3, .ffn_dim = 2048, .heads = 8},
          .slice = 256,
          .shortest = 1 << 9,
          .longest = 1 << 16,
          .longest_timed = 1 << 16,
          .samples = 10};
}

/// Counting is a thousand times slower than timing, and exact at any size, so small sizes suffice.
Sizes counted() {
  return {.model = {.hidden_dim = 16, .layers = 2, .ffn_dim = 32, .heads = 2},
          .slice = 32,
          .shortest = 1 << 7,
          .longest = 1 << 10,
          .longest_timed = 0,
          .samples = 1};
}

/// Powers of 2; for times also the lengths half way between them, since the interval of an exponent
/// narrows with their number.
std::vector<Index> lengths(Index shortest, Index longest, bool timing) {
  std::vector<Index> all;
  for (Index length = shortest; length <= longest; length *= 2) {
    all.push_back(length);
    if (timing && 2 * length <= longest) all.push_back(length / 2 * 3);
  }
  return all;
}

void add(std::vector<Plan>& plans, const Conditions& conditions, const Sizes& sizes,
         Quantity quantity) {
  struct Series {
    const char* subject;
    bool full_pass;
  };
  constexpr Series series[] = {
      {"recovered/iterative", false}, {"recovered/iterative", true}, {"stored/iterative", false}};
  const bool timing = quantity == Quantity::seconds;
  const Index longest = timing ? sizes.longest_timed : sizes.longest;
  for (const Index length : lengths(sizes.shortest, longest, timing)) {
    for (const auto& [subject, full_pass] : series) {
      plans.push_back({.setting = {.subject = subject,
                                   .model = sizes.model,
                                   .length = length,
                                   .slice = full_pass ? length : sizes.slice,
                                   .seed = conditions.seed,
                                   .threads = conditions.threads,
                                   .corpus = conditions.corpus},
                       .quantity = quantity,
                       .samples = timing ? sizes.samples : 1});
    }
  }
}

}  // namespace

std::vector<Plan> length_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  add(plans, conditions, timed(conditions.scale), Quantity::bytes);
  add(plans, conditions, counted(), Quantity::operations);
  add(plans, conditions, timed(conditions.scale), Quantity::process);
  add(plans, conditions, timed(conditions.scale), Quantity::seconds);
  return plans;
}

}  // namespace slim::experiments
