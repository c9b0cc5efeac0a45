// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/plans/sweep.hpp"

#include <string>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options of every command that measures what records lack.
struct SweepOptions {
  std::string experiment = "all";
  std::string scale = "laptop";
  std::string out;
  Conditions conditions;
  double rank_deadline = 60.0;  ///< seconds
  bool json = false;

  /// `has_json`: whether the command has --json.
  explicit SweepOptions(CLI::App& command, bool has_json = true);
  SweepOptions(const SweepOptions&) = delete;
  SweepOptions& operator=(const SweepOptions&) = delete;

  /// Without subjects and ranks. Throws ContractError on bad input.
  [[nodiscard]] Sweep sweep() const;
};

}  // namespace slim::experiments
