// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/trigram.hpp"

#include <array>
#include <cmath>
#include <span>
#include <unordered_map>

namespace slim::experiments {
namespace {

/// Numbers of sequences of tokens and of their continuations.
class TokenCounts {
 public:
  explicit TokenCounts(double vocabulary) : vocabulary_(vocabulary) {}

  /// TokenCounts the last token after none, one and two tokens before it.
  void add(std::span<const std::uint64_t, 3> tokens) {
    for (std::size_t before = 0; before <= 2; ++before) {
      ++seen_[key(tokens, before, true)];
      ++seen_[key(tokens, before, false)];
    }
  }
  [[nodiscard]] double probability(std::span<const std::uint64_t, 3> tokens) const {
    constexpr double weight = 8.0;
    double p = 1.0 / vocabulary_;
    for (std::size_t before = 0; before <= 2; ++before) {
      p = (number(key(tokens, before, true)) + weight * p) /
          (number(key(tokens, before, false)) + weight);
    }
    return p;
  }

 private:
  /// The last `before` + 1 tokens, with or without the very last.
  static std::uint64_t key(std::span<const std::uint64_t, 3> tokens, std::size_t before,
                           bool with_last) {
    std::uint64_t key = 2 * before + (with_last ? 1 : 0);
    for (std::size_t i = 2 - before; i < 2; ++i) key = key << 20 | tokens[i];
    return with_last ? key << 20 | tokens[2] : key;
  }
  [[nodiscard]] double number(std::uint64_t key) const {
    const auto found = seen_.find(key);
    return found == seen_.end() ? 0.0 : static_cast<double>(found->second);
  }

  double vocabulary_;
  std::unordered_map<std::uint64_t, std::uint32_t> seen_;
};

template <class Visit>
void for_each_triple(const Sequences& batch, Visit visit) {
  for (Index b = 0; b < batch.batch(); ++b) {
    const auto tokens = batch.tokens(b);
    for (std::size_t l = 2; l < tokens.size(); ++l) {
      visit(std::array{static_cast<std::uint64_t>(tokens[l - 2]),
                       static_cast<std::uint64_t>(tokens[l - 1]),
                       static_cast<std::uint64_t>(tokens[l])});
    }
  }
}

}  // namespace

double trigram_loss(const TrainingData& data, const Setting& setting) {
  TokenCounts counts(static_cast<double>(setting.model.vocab_size));
  Sequences batch = data.empty_batch();
  for (Index step = 0; step < setting.training.steps; ++step) {
    data.train(step, batch);
    for_each_triple(batch, [&](const auto& tokens) { counts.add(tokens); });
  }
  double loss = 0.0;
  double targets = 0.0;
  for (Index i = 0; i < setting.training.final_checks; ++i) {
    data.validate(i, batch);
    for_each_triple(batch, [&](const auto& tokens) {
      loss -= std::log(counts.probability(tokens));
      targets += 1.0;
    });
  }
  return loss / targets;
}

}  // namespace slim::experiments
