#pragma once

#include "properties/report/expectation.hpp"
#include "properties/report/level.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

/// What there is to certify.
struct Certified {
  const ForeignSubject& foreign;
  const RunPlan& plan;
  const RunResult& result;
  std::vector<std::string> case_paths;    ///< one for each counterexample
  std::vector<std::string> replay_lines;  ///< likewise
  /// What each behaves like, in lines; or empty: not compared.
  std::vector<std::vector<std::string>> looks;
  std::string harness_version;
  double seconds = 0.0;
  std::string harness_commit{};
  Limits limits{};                           ///< of the guest's process
  std::optional<Expectation> expectation{};  ///< where failures were listed, be it none
};

/// JSON: harness with its commit, subject with its declaration and the conventions that it was held
/// to, defaults among them; limits, seed, levels, expected failures; a verdict for each law and
/// scalar with all counts, and why cases were skipped; counterexamples.
std::string to_certificate(const Certified& certified);
/// Markdown for a pull request: the levels, then what fails and how to see it again.
std::string to_markdown(const Certified& certified);
/// One self-contained page: levels, verdicts, and each failure drawn, the discrepancy that the law
/// found by row, with the edges of the slices. In light or dark, as the reader's system is.
std::string to_html(const Certified& certified);

/// A line for each thing that is not as it was listed.
std::vector<std::string> not_as_expected(const Certified& certified);

/// "BHLD", conventions and claims of a declaration in a line.
std::string conventions_line(const Declaration& declared);

}  // namespace slim::properties::foreign
