// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/training_plans.hpp"

#include "experiments/records/regime.hpp"

namespace slim::experiments {
namespace {

/// The parameters of a task at a scale.
struct TaskSize {
  Model model;
  Index batch = 1;
  Index length = 1;
  Index slices[2] = {1, 1};  ///< C₁, C₂
  Training training;
  std::uint64_t seeds = 2;
  std::int64_t memory_cap = 0;  ///< memory cap of fine-tuning; 0: none
  std::vector<const char*> orders = {"recovered/tree", "recovered/iterative", "float64/blocked"};
};

TaskSize copying_at(Scale scale) {
  switch (scale) {
    case Scale::ci:
      return {.model = {.vocab_size = 16,
                        .hidden_dim = 32,
                        .ffn_dim = 64,
                        .heads = 2,
                        .norm = Norm::branch_input},
              .batch = 4,
              .length = 31,
              .slices = {8, 4},
              .training = {.steps = 400, .rate = 1e-2, .rate_drop = 300}};
    case Scale::laptop:
      return {.model = {.hidden_dim = 256, .ffn_dim = 256, .heads = 8, .norm = Norm::branch_input},
              .batch = 8,
              .length = 63,
              .slices = {16, 8},
              .training = {.steps = 2400, .rate = 5e-3, .rate_drop = 1400, .final_checks = 32}};
    case Scale::paper:
      break;
  }
  return {.model = {.hidden_dim = 256, .ffn_dim = 1024, .heads = 4, .norm = Norm::branch_input},
          .length = 511,
          .slices = {128, 64},
          .training = {.steps = 15'000, .rate = 1e-2, .rate_drop = 10'000, .check_every = 5}};
}

// The cap of fine-tuning lies between what C₂ needs and half the minimum of the full pass: four
// times the parameters (θ, its gradient, two moments), the text that the run reads, and the pass.
// At scale paper, at the paper's own lengths, the parameters alone take more than half.

TaskSize text_at(Scale scale, bool enwik8) {
  switch (scale) {
    case Scale::ci:
      return {.model = {.hidden_dim = 32, .ffn_dim = 64, .heads = 2},
              .batch = 1,
              .length = 1024,
              .slices = {256, 128},
              .training = {.steps = 200, .rate = 5e-3, .leg = 50},
              .memory_cap = 5 << 18};
    case Scale::laptop:
      return {.model = {.hidden_dim = 128, .layers = 2, .ffn_dim = 256, .heads = 4},
              .batch = 1,
              .length = 1024,
              .slices = {256, 64},
              .training = {.steps = 3000, .rate = 3e-3, .rate_drop = 2100, .final_checks = 32},
              .memory_cap = 29 << 18};
    case Scale::paper:
      break;
  }
  if (enwik8) {
    return {.model = {.hidden_dim = 1024, .layers = 3, .ffn_dim = 4096, .heads = 16},
            .length = 4096,
            .slices = {2048, 1366},
            .training = {.steps = 100'000, .rate = 2e-4, .check_every = 5},
            // 535 MiB for θ, 91 for the text; C₂ needs 221 more, the full pass at least 594.
            .memory_cap = std::int64_t{1000} << 20};
  }
  return {.model = {.hidden_dim = 512, .layers = 3, .ffn_dim = 2048, .heads = 8},
          .length = 1024,
          .slices = {512, 256},
          .training = {.steps = 30'000, .rate = 1e-4, .check_every = 5},
          // 135 MiB for θ, up to 36 for the text; C₂ needs 23 more, the full pass at least 75.
          .memory_cap = std::int64_t{202} << 20};
}

Setting setting_of(const TaskSize& size, const Conditions& conditions, std::uint64_t seed) {
  return {.subject = trained_subject,
          .model = size.model,
          .batch = size.batch,
          .length = size.length,
          .slice = size.length,
          .seed = seed,
          .threads = conditions.scale == Scale::ci ? 1 : conditions.threads,
          .corpus = conditions.corpus,
          .training = size.training};
}

void add_plans(std::vector<Plan>& plans, const TaskSize& size, const Conditions& conditions) {
  const auto add = [&](const Setting& setting) {
    const int records = setting.memory_cap > 0 ? 1 : static_cast<int>(setting.training.legs());
    plans.push_back({.setting = setting, .quantity = Quantity::training, .samples = records});
  };
  for (std::uint64_t i = 0; i < conditions.seeds_or(size.seeds); ++i) {
    const Setting full = setting_of(size, conditions, conditions.seed + i);
    Setting half = full;
    half.training.switch_at = full.training.steps / 2;
    half.training.full_subject = trained_subject;
    add(full);
    for (Setting setting : {full, half}) {
      for (const Index slice : size.slices) {
        setting.slice = slice;
        add(setting);
      }
    }
    for (Setting setting : {full, half}) {
      for (const char* order : size.orders) {
        setting.subject = order;
        add(setting);
      }
    }
    if (i > 0 || size.memory_cap == 0) continue;
    half.memory_cap = size.memory_cap;
    add(half);
    half.slice = size.slices[1];
    add(half);
  }
}

}  // namespace

std::vector<Plan> training_plans(const Conditions& conditions) {
  std::vector<Plan> plans;
  const auto wanted = [&](TrainingTask task) {
    return conditions.task.empty() || conditions.task == name(task);
  };
  const bool enwik8 = conditions.corpus.filename().string().starts_with("enwik8");
  if (wanted(TrainingTask::copying)) {
    TaskSize size = copying_at(conditions.scale);
    size.training.task = TrainingTask::copying;
    add_plans(plans, size, conditions);
  }
  if (wanted(TrainingTask::text)) add_plans(plans, text_at(conditions.scale, enwik8), conditions);
  return plans;
}

}  // namespace slim::experiments
