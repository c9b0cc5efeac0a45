// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/training/sample.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options of `slim-measure training` for text samples, written by the model of a checkpoint or
/// by the model that was just trained.
class SampleOptions {
 public:
  explicit SampleOptions(CLI::App& app);
  [[nodiscard]] bool given() const { return !checkpoint_.empty(); }
  /// Whether a checkpoint file was given, so that nothing is trained.
  [[nodiscard]] bool is_of_file() const;
  [[nodiscard]] const std::string& checkpoint() const { return checkpoint_.front(); }
  [[nodiscard]] const SampleWishes& wishes() const { return wishes_; }

 private:
  SampleWishes wishes_ = {.prompt = "The "};
  std::vector<std::string> checkpoint_;
};

}  // namespace slim::experiments
