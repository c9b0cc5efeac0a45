#pragma once

#include "experiments/training/sample.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options of `slim-measure training` for text: of a checkpoint, or of the model that it
/// trained.
class SampleOptions {
 public:
  explicit SampleOptions(CLI::App& app);
  [[nodiscard]] bool given() const { return !checkpoint_.empty(); }
  /// A file was given: nothing is trained.
  [[nodiscard]] bool is_of_file() const;
  [[nodiscard]] const std::string& checkpoint() const { return checkpoint_.front(); }
  [[nodiscard]] const SampleWishes& wishes() const { return wishes_; }

 private:
  SampleWishes wishes_ = {.prompt = "The "};
  std::vector<std::string> checkpoint_;
};

}  // namespace slim::experiments
