// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reference/vocabulary/memory/memory.hpp"
#include "reference/vocabulary/scalars/matrix.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace slim {

/// A batch of token sequences, with a mask of the targets that count. L is the number of targets: a
/// sequence has L + 1 tokens, of which the first L are inputs and the last L are targets. Rows at
/// either end of a sequence may be padding: their keys do not enter the prefix sums, their targets
/// do not count, and their logits have no meaning.
class Sequences {
 public:
  Sequences() = default;
  /// All tokens are 0, every target counts. Requires batch and length of at least 1.
  Sequences(Index batch, Index length);

  [[nodiscard]] Index batch() const { return batch_; }    ///< B
  [[nodiscard]] Index length() const { return length_; }  ///< L

  /// The L + 1 tokens of row b.
  std::span<std::int32_t> tokens(Index b);
  [[nodiscard]] std::span<const std::int32_t> tokens(Index b) const;
  [[nodiscard]] Index input(Index b, Index l) const { return tokens_[b * (length_ + 1) + l]; }
  [[nodiscard]] Index target(Index b, Index l) const { return tokens_[b * (length_ + 1) + l + 1]; }

  [[nodiscard]] bool has_mask() const { return !mask_.empty(); }
  /// Adds a mask in which every target counts.
  void add_mask();
  /// Row b of the mask, L + 1 entries of 0 or 1, indexed by the target's column. Requires a mask.
  std::span<std::uint8_t> mask(Index b);
  [[nodiscard]] std::span<const std::uint8_t> mask(Index b) const;
  [[nodiscard]] bool counts(Index b, Index l) const {
    return mask_.empty() || mask_[b * (length_ + 1) + l + 1] != 0;
  }
  [[nodiscard]] Index counted_targets() const;

  /// Makes padding of the first `left` and the last `right` rows of sequence b. Throws
  /// ContractError unless a row is left.
  void pad(Index b, Index left, Index right);
  [[nodiscard]] bool has_padding() const { return !padding_.empty(); }
  /// The rows first_row(b) ≤ l < end_row(b) of sequence b are no padding.
  [[nodiscard]] Index first_row(Index b) const {
    return padding_.empty() ? 0 : padding_[static_cast<std::size_t>(b)].left;
  }
  [[nodiscard]] Index end_row(Index b) const {
    return padding_.empty() ? length_ : length_ - padding_[static_cast<std::size_t>(b)].right;
  }

 private:
  struct Padding {
    Index left = 0;
    Index right = 0;
  };

  Index batch_ = 0;
  Index length_ = 0;
  Buffer<std::int32_t> tokens_;
  Buffer<std::uint8_t> mask_;
  std::vector<Padding> padding_;  ///< of each sequence; empty: there is none
};

/// Throws ContractError unless every token is from 0 to vocab_size - 1 and no target of a row of
/// padding counts.
void require_valid(const Sequences& sequences, Index vocab_size);

}  // namespace slim
