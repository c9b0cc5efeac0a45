// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/command_line/exit_code.hpp"
#include "properties/engine/engine.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace slim::properties {

using Exit = command_line::ExitCode;

/// How many cases are drawn per law: given by a word, or by a number, which takes precedence.
struct Effort {
  static constexpr int quick_cases = 20;
  static constexpr int standard_cases = 40;

  std::string word = "standard";  ///< or "quick"
  int cases = 0;                  ///< 0: as the word says

  /// Whether designed cases that cover all pairs of sizes are run in addition to the drawn ones.
  [[nodiscard]] bool covers_sizes() const { return cases_a_law() >= fewest_cases_that_cover_sizes; }
  [[nodiscard]] int cases_a_law() const {
    return cases != 0 ? cases : word == "quick" ? quick_cases : standard_cases;
  }
};

/// A third-party implementation; at most one of command and library is given.
struct ForeignArguments {
  std::string command;
  std::string library;
  double deadline_s = 10.0;
  int memory_mb = 8192;
  int address_space_mb = 0;  ///< 0: no limit

  std::string certificate;        ///< file to write, if any
  std::string html;               ///< file to write, if any
  std::string expected_failures;  ///< file to read, if any

  [[nodiscard]] bool given() const { return !command.empty() || !library.empty(); }
};

/// slim-verify run: checks subjects against laws. Empty lists mean all laws, all subjects except
/// the mutants, and all scalars.
struct RunArguments {
  std::vector<std::string> subjects;
  std::vector<std::string> laws;
  std::vector<std::string> scalars;
  std::uint64_t seed = 1;
  Effort effort;
  int threads = 0;  ///< 0: as many as the machine has
  bool json = false;
  std::string junit;
  std::string markdown;
  std::string out = "counterexamples";
  std::vector<int> lengths;      ///< additional sequence lengths to cover
  std::vector<int> head_widths;  ///< additional widths of a head to cover
  ForeignArguments foreign;      ///< run instead of subjects
};

/// slim-verify mutants: every law on every mutant.
struct MutantsArguments {
  std::string scalar = "float64";
  std::uint64_t seed = 1;
  Effort effort;
  int threads = 0;  ///< 0: as many as the machine has
  bool json = false;
};

/// slim-verify calibrate: the tolerance of whole models, measured.
struct CalibrateArguments {
  std::uint64_t seed = 1;
  int cases = 40;
  int threads = 0;  ///< 0: as many as the machine has
  bool json = false;
};

/// slim-verify bundle: one case file, and reports to add to it.
struct BundleArguments {
  std::string case_file;
  std::vector<std::string> reports;
  std::string out = "bundle.tar.gz";
};

/// Each command prints to standard output and returns an exit code; bad input throws ContractError.
int run_command(const RunArguments& arguments);
/// A third-party implementation, if given, is run instead of the subjects that the files name.
int replay_command(const std::vector<std::string>& paths, const ForeignArguments& foreign,
                   bool json);
/// Returns falls_short when a mutant survives or a law kills none.
int mutants_command(const MutantsArguments& arguments);
/// Returns falls_short when a correct subject exceeds the limit that fails a run.
int calibrate_command(const CalibrateArguments& arguments);
/// Checks the machine; returns falls_short when something is missing that every run needs.
int doctor_command();
/// Packs a case with its replay, versions, reports and, if a third-party implementation is given,
/// its declaration into one archive for a bug report.
int bundle_command(const BundleArguments& arguments, const ForeignArguments& foreign);
int subjects_command(bool json);
int laws_command(bool json);

}  // namespace slim::properties
