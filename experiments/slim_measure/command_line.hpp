// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/records/setting.hpp"

#include <string>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options that describe a Setting. Names are parsed by setting().
class SettingOptions {
 public:
  explicit SettingOptions(CLI::App& command);
  /// Throws ContractError that names the value and what is allowed.
  [[nodiscard]] Setting setting() const;

 private:
  Setting setting_;
  std::string scalar_ = "float32";
  std::string feature_map_ = "sqr";
  std::string norm_ = "branch-output";
  std::string first_sweep_ = "lazy";
  std::string corpus_;
};

/// Number of hardware threads.
int all_threads();

}  // namespace slim::experiments
