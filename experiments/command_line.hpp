#pragma once

#include "experiments/setting.hpp"

#include <exception>
#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace slim::experiments {

/// The options that make a Setting, as a command line gives them: names are parsed by setting().
class SettingOptions {
 public:
  explicit SettingOptions(CLI::App& command);
  /// Throws ContractError, naming what is wrong and what is allowed.
  [[nodiscard]] Setting setting() const;

 private:
  Setting setting_;
  std::string scalar_ = "float32";
  std::string feature_map_ = "sqr";
  std::string norm_ = "branch-output";
  std::string first_sweep_ = "lazy";
  std::string corpus_;
};

/// 0 holds, 1 falls short, 2 usage or bad input, 3 the harness itself failed.
enum ExitCode : int { holds = 0, falls_short = 1, bad_input = 2, harness_failed = 3 };

/// Says what went wrong in one line on standard error, and gives the exit code that it deserves.
int report_failure(const std::exception& error);

/// The processor's threads.
int all_threads();

}  // namespace slim::experiments
