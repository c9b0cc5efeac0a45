#pragma once

#include "experiments/training/training_data.hpp"

#include <vector>

namespace slim::experiments {

/// Windows of L + 1 bytes of a text, of which L are targets: window i begins at byte i·L, cycled,
/// never shuffled. Training and validation have parts of the text of their own.
class TextWindows final : public TrainingData {
 public:
  /// Keeps no more of the text than the run will see.
  explicit TextWindows(const Setting& setting);
  void train(Index step, Sequences& batch) const override;
  void validate(Index i, Sequences& batch) const override;
  [[nodiscard]] Sequences empty_batch() const override;

 private:
  void fill(const std::vector<unsigned char>& text, Index windows, Index number,
            Sequences& batch) const;

  Index batch_;
  Index length_;
  Index train_windows_ = 0;  ///< of the whole part, kept or not
  Index held_out_windows_ = 0;
  std::vector<unsigned char> train_;
  std::vector<unsigned char> held_out_;
};

}  // namespace slim::experiments
