// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/training/training_data.hpp"

#include <vector>

namespace slim::experiments {

/// Windows of L + 1 bytes of a text with L targets: window i starts at byte i·L, cycled, never
/// shuffled. Training and validation use separate parts of the text.
class TextWindows final : public TrainingData {
 public:
  /// Keeps only the part of the text that the run needs; one that continues another run needs none
  /// before that.
  explicit TextWindows(const Setting& setting);
  void train(Index step, Sequences& batch) const override;
  void validate(Index i, Sequences& batch) const override;
  [[nodiscard]] Sequences empty_batch() const override;

 private:
  /// `text` begins with window `first`.
  void fill(const std::vector<unsigned char>& text, Index first, Index windows, Index number,
            Sequences& batch) const;

  Index batch_;
  Index length_;
  Index first_train_window_ = 0;
  Index train_windows_ = 0;  ///< in the whole part, including what is not kept
  Index held_out_windows_ = 0;
  std::vector<unsigned char> train_;
  std::vector<unsigned char> held_out_;
};

}  // namespace slim::experiments
