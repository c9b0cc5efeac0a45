// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/experiment.hpp"

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options of `slim-measure sweep` for sizes of one's own.
class OwnSizesOptions {
 public:
  explicit OwnSizesOptions(CLI::App& command);
  /// The sizes, if any of the options was given. Throws ContractError on bad values.
  [[nodiscard]] std::optional<OwnSizes> sizes() const;

 private:
  const CLI::App& command_;
  OwnSizes own_;
  std::string feature_map_ = "sqr";
};

}  // namespace slim::experiments
