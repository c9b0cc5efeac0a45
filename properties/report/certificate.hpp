// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/report/expectation.hpp"
#include "properties/report/failure_groups.hpp"
#include "properties/report/level.hpp"
#include "properties/third_party/protocol/foreign_subject.hpp"

namespace slim::properties::foreign {

/// A run on a third-party implementation, as its reports need it.
struct Certified {
  const ForeignSubject& foreign;
  const RunPlan& plan;
  const RunResult& result;
  std::vector<std::string> case_paths;    ///< one for each counterexample
  std::vector<std::string> replay_lines;  ///< one for each counterexample
  std::vector<Look> looks;                ///< of each counterexample; empty if none were made
  std::string harness_version;
  double seconds = 0.0;
  std::string harness_commit{};
  Limits limits{};                           ///< of the implementation's process
  std::optional<Expectation> expectation{};  ///< set if a list was given, even an empty one
};

/// JSON: version and commit of the harness; the subject's declaration and all conventions used in
/// the comparison, including defaults; limits of its process, seed, levels, shortfalls, expected
/// failures; covered sizes and judged tensors; for each law and scalar the verdict with all counts
/// and the reasons for skips; counterexamples with their diagnosis.
std::string to_certificate(const Certified& certified);
/// Markdown for a pull request: the levels, what falls short, covered sizes and judged tensors,
/// then the failures with the commands that replay them.
std::string to_markdown(const Certified& certified);
/// One self-contained HTML page: the same with all verdicts, and a chart of the smallest case of
/// each kind of failure with the error of each row and, if the subject is sliced, the boundaries of
/// slices. Light or dark as the reader's system is set.
std::string to_html(const Certified& certified);

/// One line for each difference from the list of expected failures.
std::vector<std::string> not_as_expected(const Certified& certified);

/// Conventions and claims of a declaration in one line, with the layout ("BHLD") if it declares
/// attention or features.
std::string conventions_line(const Declaration& declared);

}  // namespace slim::properties::foreign
