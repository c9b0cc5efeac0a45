// SPDX-License-Identifier: Apache-2.0
#include "experiments/slim_measure/sample_options.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace slim::experiments {
namespace {

/// Placeholder for a file name: the full pass's model after its last step.
constexpr const char* trained_model = "the trained model";

std::string amiss_in_checkpoint(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? "'" + path + "' is a folder: give a file"
                                                      : std::string();
}

}  // namespace

SampleOptions::SampleOptions(CLI::App& app) {
  app.add_option("--sample", checkpoint_,
                 "Print text from the trained model, or from a CHECKPOINT without training")
      ->expected(0, 1)
      ->type_name("FILE")
      ->check(amiss_in_checkpoint)
      ->default_str(trained_model);
  app.add_option("--prompt", wishes_.prompt, "Start of the text")->capture_default_str();
  app.add_option("--bytes", wishes_.length, "Number of bytes after the prompt")
      ->check(CLI::Range(1, 1 << 24))
      ->capture_default_str();
  app.add_option("--temperature", wishes_.temperature, "Sampling temperature")
      ->check(CLI::Range(1e-6, 1e6))
      ->capture_default_str();
}

bool SampleOptions::is_of_file() const {
  return given() && checkpoint() != trained_model;
}

}  // namespace slim::experiments
