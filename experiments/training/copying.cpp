// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/copying.hpp"

namespace slim::experiments {

Copying::Copying(const Setting& setting)
    : batch_(setting.batch),
      length_(setting.length),
      vocab_size_(setting.model.vocab_size),
      words_(setting.seed, stream_named("copying")),
      held_out_words_(setting.seed, stream_named("copying.validation")) {}

void Copying::train(Index step, Sequences& batch) const {
  fill(words_, step, batch);
}

void Copying::validate(Index i, Sequences& batch) const {
  fill(held_out_words_, i, batch);
}

Sequences Copying::empty_batch() const {
  Sequences batch(batch_, length_);
  batch.add_mask();
  const auto half = static_cast<std::ptrdiff_t>((length_ + 1) / 2);
  for (Index b = 0; b < batch_; ++b) {
    const auto mask = batch.mask(b);
    std::fill(mask.begin(), mask.begin() + half, std::uint8_t{0});
  }
  return batch;
}

void Copying::fill(const Random& random, Index number, Sequences& batch) const {
  const auto half = static_cast<std::size_t>((length_ + 1) / 2);
  auto place = static_cast<std::uint64_t>(number * batch_) * (half - 1);
  for (Index b = 0; b < batch_; ++b) {
    const auto tokens = batch.tokens(b);
    tokens[0] = tokens[half] = 0;
    for (std::size_t i = 1; i < half; ++i) {
      const auto letters = static_cast<std::uint64_t>(vocab_size_ - 1);
      tokens[i] = tokens[half + i] = 1 + static_cast<std::int32_t>(random.below(letters, place++));
    }
  }
}

}  // namespace slim::experiments
