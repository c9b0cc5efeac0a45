// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/engine/engine.hpp"
#include "properties/report/expectation.hpp"
#include "properties/report/failure_groups.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slim::properties {

/// A run, with the paths of its counterexamples in order.
struct Report {
  const RunPlan& plan;
  const RunResult& result;
  std::vector<std::string> case_paths;
  double seconds = 0.0;
  std::string replay_options{};              ///< options that open a third-party implementation
  std::vector<Diagnosis> diagnoses{};        ///< one per counterexample; empty if not made
  std::optional<Expectation> expectation{};  ///< set if a list of expected failures was given
  std::string ranks{};  ///< "3 ranks as threads", of distributed subjects; empty if none was run
};

/// The verdict table, then each failure with its shrunk case and the command that replays it; at
/// the end the headline and one line for each level.
std::string to_text(const Report& report);
/// One object: {"schema": 1, "holds": …, "verdicts": […], "counterexamples": […], …}.
std::string to_json(const Report& report);
/// One test suite per law with one test case per (subject, scalar); one suite for anything else
/// that fails the run, with the headline as a property; one suite of levels that were not run or
/// not claimed completely, as skipped. An expected failure is skipped, with the reason; an expected
/// failure that holds or was not run fails. A test case's time includes calling the subject and
/// judging the answer, and for the first subject also computing the truth; the time at the top is
/// that of the run.
std::string to_junit(const Report& report);
/// Counts of checks, failures with their diagnosis, and a table of verdicts.
std::string to_markdown(const Report& report);

/// The diagnosis of each failure; empty if none was made.
std::vector<Look> looks_of(const Report& report);

/// "slim-verify replay PATH", quoted for a shell where necessary; for a cost law, which has no case
/// file and so no path, "slim-measure foreign".
std::string replay_line(const std::string& path, const std::string& options = {});
/// A line of a diagnosis as an item of a Markdown list; a further name becomes a nested item.
std::string list_item(std::string_view line);
/// A Markdown table with one row for each level.
std::string levels_in_markdown(const RunResult& result);
/// One word of a shell's command line, quoted where necessary.
std::string quoted_for_shell(const std::string& text);

}  // namespace slim::properties
