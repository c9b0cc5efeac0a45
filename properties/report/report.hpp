#pragma once

#include "properties/diagnosis/diagnosis.hpp"
#include "properties/engine/engine.hpp"
#include "properties/report/expectation.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace slim::properties {

/// A run and where its counterexamples were written: one path for each, in their order.
struct Report {
  const RunPlan& plan;
  const RunResult& result;
  std::vector<std::string> case_paths;
  double seconds = 0.0;
  std::string replay_options{};              ///< of a guest
  std::vector<Diagnosis> diagnoses{};        ///< of each, in their order; or empty: not made
  std::optional<Expectation> expectation{};  ///< of a guest, where failures were listed
};

/// "gradient-agrees  recovered/iterative  float32  PASS  58 passed, 2 skipped: …", a line a
/// verdict, then each failure with its shrunk case and the line that replays it; at the end how it
/// went, and a line for each level.
std::string to_text(const Report& report);
/// One object: {"schema": 1, "holds": …, "verdicts": […], "counterexamples": […], …}.
std::string to_json(const Report& report);
/// One test suite a law, one test case a (subject, scalar); one for what fails the run besides,
/// with the headline as a property; one of levels that were not run or claimed as a whole, skipped.
/// An expected failure is skipped, with the reason; one that holds or was not run fails, as it does
/// the run. Times are of asking and judging, where whoever is asked first pays for the truth; at
/// the top the time of the run.
std::string to_junit(const Report& report);
/// Accounts, failures with their diagnosis, and a table of verdicts: to send to somebody.
std::string to_markdown(const Report& report);

/// What each failure looks like, in lines; or empty, if no diagnosis was made.
std::vector<std::vector<std::string>> looks_of(const Report& report);

/// "slim-verify replay PATH", quoted for a shell where it must be; of a cost, which has no case and
/// so no path, "slim-measure foreign".
std::string replay_line(const std::string& path, const std::string& options = {});
/// A line of a diagnosis as an item of a Markdown list; what is indented is one of a list within.
std::string list_item(std::string_view line);
/// A table in Markdown, a row for each level.
std::string levels_in_markdown(const RunResult& result);
std::string quoted_for_shell(const std::string& text);

}  // namespace slim::properties
