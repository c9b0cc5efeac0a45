// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/third_party/cost/resources.hpp"

#include <string>

namespace CLI {
class App;
}

namespace slim::experiments {

/// slim-measure foreign: measures a third-party implementation.
class ForeignCommand {
 public:
  explicit ForeignCommand(CLI::App& app);
  /// Prints to standard output and returns an exit code. Throws ContractError on bad input.
  [[nodiscard]] int run() const;

 private:
  std::string command_;
  std::string library_;
  double deadline_s_ = 10.0;
  int memory_mb_ = 8192;
  int address_space_mb_ = 0;  ///< 0: no limit
  properties::foreign::ResourcePlan plan_;
  std::string out_;  ///< folder of records; empty: none are written
  bool json_ = false;
};

}  // namespace slim::experiments
