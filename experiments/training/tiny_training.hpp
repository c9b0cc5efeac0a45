// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"

namespace slim::experiments {

/// A training that learns something in a fraction of a second.
inline Setting tiny(TrainingTask task) {
  Setting setting;
  setting.subject = "recovered/blocked";
  setting.model = {.vocab_size = 8, .hidden_dim = 16, .ffn_dim = 16, .heads = 2};
  setting.length = 31;
  setting.slice = 31;
  setting.training = {
      .task = task, .steps = 12, .rate = 1e-2, .check_every = 4, .final_checks = 2, .leg = 4};
  return setting;
}

}  // namespace slim::experiments
