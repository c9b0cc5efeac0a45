// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/text_windows.hpp"

#include "experiments/workload/corpus.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::experiments {

TextWindows::TextWindows(const Setting& setting) : batch_(setting.batch), length_(setting.length) {
  const TextParts parts = text_parts(setting.corpus);
  const auto windows_in = [&](const TextPart& part, const char* what) {
    const Index windows = (static_cast<Index>(part.bytes) - 1) / length_;
    require(windows >= 1, fmt::format("corpus {}: is too short: its {} part has {} bytes, and a "
                                      "window of {} is needed",
                                      part.file.string(), what, part.bytes, length_ + 1));
    return windows;
  };
  train_windows_ = windows_in(parts.train, "training");
  held_out_windows_ = windows_in(parts.held_out, "validation");

  const Training& training = setting.training;
  const auto kept = [&](const TextPart& part, Index from, Index all, Index seen) {
    const auto bytes = static_cast<std::uint64_t>((std::min(all, seen) - from) * length_ + 1);
    return corpus_bytes(part.file, part.first + static_cast<std::uint64_t>(from * length_), bytes,
                        setting.model.vocab_size);
  };
  const bool cycles = training.steps * batch_ > train_windows_;
  first_train_window_ = cycles ? 0 : training.switch_at * batch_;
  train_ = kept(parts.train, first_train_window_, train_windows_, training.steps * batch_);
  const Index checks = std::max(training.steps / training.check_every + 1, training.final_checks);
  held_out_ = kept(parts.held_out, 0, held_out_windows_, checks * batch_);
}

void TextWindows::train(Index step, Sequences& batch) const {
  fill(train_, first_train_window_, train_windows_, step, batch);
}

void TextWindows::validate(Index i, Sequences& batch) const {
  fill(held_out_, 0, held_out_windows_, i, batch);
}

Sequences TextWindows::empty_batch() const {
  return {batch_, length_};
}

void TextWindows::fill(const std::vector<unsigned char>& text, Index first, Index windows,
                       Index number, Sequences& batch) const {
  for (Index b = 0; b < batch_; ++b) {
    const Index window = (number * batch_ + b) % windows - first;
    std::copy_n(text.begin() + window * length_, length_ + 1, batch.tokens(b).begin());
  }
}

}  // namespace slim::experiments
