// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/training/training_data.hpp"
#include "reference/vocabulary/scalars/random.hpp"

namespace slim::experiments {

/// Sequences 0 w 0 w with w uniform in {1, …, V − 1}; only targets in the second half count. A
/// sequence of T tokens has T − 1 targets and |w| = T/2 − 1. Source: SLiM Performer, section on
/// copying.
class Copying final : public TrainingData {
 public:
  explicit Copying(const Setting& setting);
  void train(Index step, Sequences& batch) const override;
  void validate(Index i, Sequences& batch) const override;
  [[nodiscard]] Sequences empty_batch() const override;

 private:
  void fill(const Random& random, Index number, Sequences& batch) const;

  Index batch_;
  Index length_;
  Index vocab_size_;
  Random words_;
  Random held_out_words_;
};

}  // namespace slim::experiments
