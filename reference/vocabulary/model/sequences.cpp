// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/model/sequences.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <string>

namespace slim {
namespace {

Index checked_size(Index batch, Index length) {
  constexpr Index largest = Index{1} << 40;
  require(batch >= 1, "batch must be at least 1, not " + std::to_string(batch));
  require(length >= 1, "length must be at least 1, not " + std::to_string(length));
  require(length < largest && batch < largest / (length + 1),
          "batch × (length + 1) must be below 2^40");
  return batch * (length + 1);
}

}  // namespace

Sequences::Sequences(Index batch, Index length)
    : batch_(batch), length_(length), tokens_(MemoryTag::tokens, checked_size(batch, length)) {}

std::span<std::int32_t> Sequences::tokens(Index b) {
  return {tokens_.data() + b * (length_ + 1), static_cast<std::size_t>(length_ + 1)};
}

std::span<const std::int32_t> Sequences::tokens(Index b) const {
  return {tokens_.data() + b * (length_ + 1), static_cast<std::size_t>(length_ + 1)};
}

void Sequences::add_mask() {
  mask_ = Buffer<std::uint8_t>(MemoryTag::tokens, tokens_.size());
  std::fill(mask_.begin(), mask_.end(), std::uint8_t{1});
}

std::span<std::uint8_t> Sequences::mask(Index b) {
  require(has_mask(), "the sequences have no mask");
  return {mask_.data() + b * (length_ + 1), static_cast<std::size_t>(length_ + 1)};
}

std::span<const std::uint8_t> Sequences::mask(Index b) const {
  require(has_mask(), "the sequences have no mask");
  return {mask_.data() + b * (length_ + 1), static_cast<std::size_t>(length_ + 1)};
}

void Sequences::pad(Index b, Index left, Index right) {
  require(left >= 0 && right >= 0 && left + right < length_,
          "padding must leave at least one row of each sequence");
  if (left + right == 0 && padding_.empty()) return;
  padding_.resize(static_cast<std::size_t>(batch_));
  padding_[static_cast<std::size_t>(b)] = {left, right};
}

Index Sequences::counted_targets() const {
  Index counted = 0;
  for (Index b = 0; b < batch_; ++b) {
    for (Index l = 0; l < length_; ++l) counted += counts(b, l) ? 1 : 0;
  }
  return counted;
}

void require_valid(const Sequences& sequences, Index vocab_size) {
  for (Index b = 0; b < sequences.batch(); ++b) {
    for (const std::int32_t token : sequences.tokens(b)) {
      if (token >= 0 && token < vocab_size) continue;  // avoids building a message for valid tokens
      throw ContractError("every token must be from 0 to vocab_size - 1 = " +
                          std::to_string(vocab_size - 1) + ", not " + std::to_string(token));
    }
    for (Index l = 0; sequences.has_padding() && l < sequences.length(); ++l) {
      const bool is_padding = l < sequences.first_row(b) || l >= sequences.end_row(b);
      require(!is_padding || !sequences.counts(b, l),
              "no target of a row of padding may count: mask it");
    }
  }
}

}  // namespace slim
