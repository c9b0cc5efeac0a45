#include "experiments/slim_measure/sample_options.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>

namespace slim::experiments {
namespace {

/// In place of a file's name: the full pass's model, after its last step.
constexpr const char* of_the_training = "the trained model";

std::string amiss_in_checkpoint(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored) ? "'" + path + "' is a folder: give a file"
                                                      : std::string();
}

}  // namespace

SampleOptions::SampleOptions(CLI::App& app) {
  app.add_option("--sample", checkpoint_,
                 "Text from the trained model, or from a CHECKPOINT, training nothing")
      ->expected(0, 1)
      ->type_name("FILE")
      ->check(amiss_in_checkpoint)
      ->default_str(of_the_training);
  app.add_option("--prompt", wishes_.prompt, "What the text begins with")->capture_default_str();
  app.add_option("--bytes", wishes_.length, "How much of it")
      ->check(CLI::Range(1, 1 << 24))
      ->capture_default_str();
  app.add_option("--temperature", wishes_.temperature, "Of the draw")
      ->check(CLI::Range(1e-6, 1e6))
      ->capture_default_str();
}

bool SampleOptions::is_of_file() const {
  return given() && checkpoint() != of_the_training;
}

}  // namespace slim::experiments
