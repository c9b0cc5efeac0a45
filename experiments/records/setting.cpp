// SPDX-License-Identifier: Apache-2.0
#include "experiments/records/setting.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

namespace slim::experiments {

void require_valid(const Setting& setting) {
  require_valid(setting.model);
  require(setting.batch >= 1, fmt::format("batch must be at least 1, not {}", setting.batch));
  require(setting.length >= 1, fmt::format("length must be at least 1, not {}", setting.length));
  require(setting.slice >= 1, fmt::format("slice must be at least 1, not {}", setting.slice));
  constexpr Index longest_slice = Index{1} << 40;
  require(setting.slice <= longest_slice,
          fmt::format("slice must be at most 2^40, not {}", setting.slice));
  require(setting.threads >= 1 && setting.threads <= 1024,
          fmt::format("threads must be from 1 to 1024, not {}", setting.threads));
  require(setting.ranks >= 0 && setting.ranks <= 1024,
          fmt::format("ranks must be from 0 to 1024, not {}", setting.ranks));
  require(setting.key_scale > 0.0 && setting.key_scale <= 1e6,
          fmt::format("key scale must be above 0 and at most 10^6, not {}", setting.key_scale));
  require(setting.memory_cap >= 0,
          fmt::format("memory cap must be at least 0, not {}", setting.memory_cap));
  constexpr Index most_tokens = Index{1} << 31;
  require(setting.length <= most_tokens / setting.batch,
          fmt::format("batch × length must be at most 2^31 tokens, not {} × {}", setting.batch,
                      setting.length));
  require_valid(setting.training, setting.length);
}

std::string summary(const Setting& setting) {
  std::string text = fmt::format("{} {} {} d_model={} L={} C={}", setting.subject,
                                 name(setting.scalar), name(setting.model.feature_map),
                                 setting.model.hidden_dim, setting.length, setting.slice);
  if (setting.first_sweep != FirstSweep::lazy) text += " plain first sweep";
  if (setting.key_scale != 1.0) text += fmt::format(" keys × {}", setting.key_scale);
  const Training& training = setting.training;
  if (training.steps > 0) {
    text += fmt::format(" {} {} steps seed {}", name(training.task), training.steps, setting.seed);
    if (training.switch_at > 0) text += fmt::format(" from {}", training.switch_at);
  }
  if (setting.ranks > 0) text += fmt::format(" P={}", setting.ranks);
  if (setting.memory_cap > 0) text += fmt::format(" in {} MiB", setting.memory_cap >> 20);
  return text;
}

std::vector<std::string> to_arguments(const Setting& setting) {
  const Model& model = setting.model;
  return {"--subject",     setting.subject,
          "--scalar",      std::string(name(setting.scalar)),
          "--vocab",       std::to_string(model.vocab_size),
          "--hidden",      std::to_string(model.hidden_dim),
          "--layers",      std::to_string(model.layers),
          "--ffn",         std::to_string(model.ffn_dim),
          "--heads",       std::to_string(model.heads),
          "--feature-map", name(model.feature_map),
          "--norm",        std::string(name(model.norm)),
          "--batch",       std::to_string(setting.batch),
          "--length",      std::to_string(setting.length),
          "--slice",       std::to_string(setting.slice),
          "--first-sweep", std::string(name(setting.first_sweep)),
          "--key-scale",   fmt::format("{}", setting.key_scale),
          "--memory-cap",  std::to_string(setting.memory_cap),
          "--seed",        std::to_string(setting.seed),
          "--threads",     std::to_string(setting.threads),
          "--corpus",      setting.corpus.string()};
}

}  // namespace slim::experiments
