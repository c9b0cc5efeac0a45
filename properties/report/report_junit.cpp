// SPDX-License-Identifier: Apache-2.0
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/drift.hpp"
#include "properties/report/level.hpp"
#include "properties/report/place.hpp"
#include "properties/report/report.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// Index of the counterexample of this law and subject, preferably in this scalar, else in another;
/// the number of all counterexamples if there is none.
std::size_t place_of(const Report& report, const Verdict& verdict) {
  const std::vector<Counterexample>& all = report.result.counterexamples;
  const auto is_of_these = [&](const Counterexample& found) {
    return found.law == verdict.law && found.subject == verdict.subject;
  };
  const auto exact = std::ranges::find_if(all, [&](const Counterexample& found) {
    return is_of_these(found) && found.scalar == verdict.scalar;
  });
  const auto found = exact != all.end() ? exact : std::ranges::find_if(all, is_of_these);
  return static_cast<std::size_t>(found - all.begin());
}

/// "in float64: " if the counterexample is in another scalar than the verdict, else "".
std::string scalar_if_another(const Counterexample& found, const Verdict& verdict) {
  return found.scalar == verdict.scalar ? "" : fmt::format("in {}: ", name(found.scalar));
}

/// ": it crashed", ": in float64: it crashed", or "" if nothing is known.
std::string reason(const Report& report, const Verdict& verdict) {
  if (!verdict.tally.note.empty()) return ": it " + verdict.tally.note;
  const std::size_t at = place_of(report, verdict);
  if (at == report.result.counterexamples.size()) return {};
  const Counterexample& found = report.result.counterexamples[at];
  if (found.finding.note.empty()) return {};
  return fmt::format(": {}it {}", scalar_if_another(found, verdict), found.finding.note);
}

/// "40 skipped: a reason; 2 skipped: another".
std::string skips_in_words(const Tally& tally) {
  std::vector<std::string> words;
  for (const auto& [reason, count] : tally.skipped) {
    words.push_back(fmt::format("{} skipped: {}", count, reason));
  }
  return fmt::format("{}", fmt::join(words, "; "));
}

/// The failure in one line: the worst number, or why there is none.
std::string message(const Report& report, const Verdict& verdict) {
  if (verdict.tally.executed() == 0) {
    return fmt::format("{}: {}", summary(verdict), skips_in_words(verdict.tally));
  }
  const Discrepancy& worst = verdict.tally.worst;
  if (worst.tensor == no_tensor) return summary(verdict) + reason(report, verdict);
  return fmt::format("{}: {} row {}: {}", summary(verdict), worst.tensor, worst.row,
                     error_in_words(worst));
}

/// The shrunk case, the command that replays it, and the diagnosis.
std::string evidence(const Report& report, const Verdict& verdict) {
  const std::size_t at = place_of(report, verdict);
  if (at == report.result.counterexamples.size()) return {};
  const Counterexample& found = report.result.counterexamples[at];
  std::string text = scalar_if_another(found, verdict) + found.readable + "\n" +
                     replay_line(report.case_paths.at(at), report.replay_options);
  if (report.diagnoses.empty()) return text;
  for (const std::string& line : in_words(report.diagnoses.at(at))) text += "\n" + line;
  return text;
}

bool is_expected_to_fail(const Report& report, const Verdict& verdict) {
  if (!report.expectation) return false;
  const std::vector<std::string>& listed = report.expectation->listed;
  const std::string key = verdict.law + " " + std::string(name(verdict.scalar));
  return std::ranges::find(listed, key) != listed.end();
}

/// Whether the verdict differs from what was expected.
bool fails(const Report& report, const Verdict& verdict) {
  return verdict.holds() == is_expected_to_fail(report, verdict);
}

std::string failed_case(const std::string& open, const std::string& message,
                        const std::string& text) {
  return open + fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                            html(message), html(text));
}

std::string test_case(const Report& report, const Verdict& verdict) {
  const std::string open =
      fmt::format(R"(    <testcase classname="{}" name="{} {}" time="{:.6f}")", html(verdict.law),
                  html(verdict.subject), name(verdict.scalar), verdict.seconds);
  if (fails(report, verdict)) {
    return verdict.holds() ? failed_case(open, "stale expected failure: the law holds", "")
                           : failed_case(open, message(report, verdict), evidence(report, verdict));
  }
  if (!verdict.holds()) {
    return open +
           fmt::format(">\n      <skipped message=\"expected failure: {}\"/>\n    </testcase>\n",
                       html(message(report, verdict)));
  }
  if (verdict.unclaimed()) {
    return open + fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                              html(skips_in_words(verdict.tally)));
  }
  if (verdict.tally.drift > 0) {
    const std::string text =
        fmt::format("{}\n{}", fmt::join(meaning_of_drift(), "\n"),
                    refinement_in_words(report.result, verdict.law, verdict.subject));
    return open +
           fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", html(text));
  }
  return open + "/>\n";
}

/// Test cases and their counts.
struct Suite {
  std::string text;
  int tests = 0;
  int failures = 0;
  int skipped = 0;
  double seconds = 0.0;

  [[nodiscard]] std::string attributes() const {
    return fmt::format(R"(tests="{}" failures="{}" errors="0" skipped="{}" time="{:.6f}")", tests,
                       failures, skipped, seconds);
  }
  /// Adds another suite as a nested element.
  void add(const std::string& name, const Suite& other) {
    text += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", html(name),
                        other.attributes(), other.text);
    tests += other.tests;
    failures += other.failures;
    skipped += other.skipped;
  }
};

/// Not claimed, or failed as expected.
bool is_skipped(const Report& report, const Verdict& verdict) {
  return !fails(report, verdict) && (verdict.unclaimed() || !verdict.holds());
}

Suite suite_of(const Report& report, const Law& law) {
  Suite suite;
  for (const Verdict& verdict : report.result.verdicts) {
    if (verdict.law != law.name) continue;
    suite.text += test_case(report, verdict);
    ++suite.tests;
    suite.failures += fails(report, verdict) ? 1 : 0;
    suite.skipped += is_skipped(report, verdict) ? 1 : 0;
    suite.seconds += verdict.seconds;
  }
  return suite;
}

/// The unusual declarations of subjects, as JUnit properties.
std::string unusual_properties(const RunPlan& plan) {
  std::string text;
  for (const Subject* subject : plan.subjects) {
    for (const UnusualDeclaration& one : unusual_declarations(*subject)) {
      text += fmt::format("      <property name=\"{}: {}\" value=\"{}\"/>\n", html(subject->name),
                          html(one.name), html(one.value));
    }
  }
  return text;
}

std::string size_properties(const Report& report) {
  std::string text;
  for (const std::string& line : coverage_in_words(report.plan, report.result)) {
    text += fmt::format("      <property name=\"sizes\" value=\"{}\"/>\n", html(line));
  }
  return text;
}

/// The headline, and one test case for what fails the run besides wrong cases.
Suite suite_of_the_run(const Report& report) {
  Suite suite{.text = fmt::format(
                  "    <properties>\n      <property name=\"headline\" value=\"{}\"/>\n{}    "
                  "</properties>\n"
                  "    <testcase classname=\"run\" name=\"executes what was requested\" time=\"0\"",
                  html(how_it_went(report.result, report.expectation)),
                  unusual_properties(report.plan) + size_properties(report) +
                      (report.ranks.empty() ? ""
                                            : fmt::format("      <property name=\"ranks\" "
                                                          "value=\"{}\"/>\n",
                                                          html(report.ranks)))),
              .tests = 1};
  const std::vector<std::string> shortfalls = report.result.shortfalls();
  if (shortfalls.empty()) {
    suite.text += "/>\n";
    return suite;
  }
  suite.failures = 1;
  suite.text +=
      fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                  html(shortfalls.front()), html(fmt::format("{}", fmt::join(shortfalls, "\n"))));
  return suite;
}

/// Levels that were not run or not claimed completely, as skipped test cases, so that a report on
/// some laws is not mistaken for one on all.
Suite suite_of_levels(const RunResult& result) {
  Suite suite;
  for (const LevelVerdict& level : level_verdicts(result)) {
    using enum LevelVerdict::Standing;
    if (level.of == 0) continue;
    const bool is_whole = level.laws == level.of;
    if (level.standing == holds || (level.standing == falls_short && is_whole)) continue;
    ++suite.tests;
    ++suite.skipped;
    suite.text += fmt::format(
        "    <testcase classname=\"levels\" name=\"{}\" time=\"0\">\n"
        "      <skipped message=\"{}: {}\"/>\n    </testcase>\n",
        name(level.level), name(level.standing), html(in_words(level)));
  }
  return suite;
}

/// Expected failures without a verdict.
Suite suite_of_what_was_not_run(const Report& report) {
  Suite suite;
  if (!report.expectation) return suite;
  for (const std::string& key : report.expectation->listed) {
    const bool was_run = std::ranges::any_of(report.result.verdicts, [&](const Verdict& verdict) {
      return verdict.law + " " + std::string(name(verdict.scalar)) == key;
    });
    if (was_run) continue;
    ++suite.tests;
    ++suite.failures;
    suite.text += failed_case(
        fmt::format(R"(    <testcase classname="expected-failures" name="{}" time="0")", html(key)),
        "stale expected failure: it was not run", "");
  }
  return suite;
}

}  // namespace

std::string to_junit(const Report& report) {
  Suite all;
  for (const Law* law : report.plan.laws) all.add(law->name, suite_of(report, *law));
  all.add("run", suite_of_the_run(report));
  if (const Suite levels = suite_of_levels(report.result); levels.tests > 0) {
    all.add("levels", levels);
  }
  const Suite not_run = suite_of_what_was_not_run(report);
  if (not_run.tests > 0) all.add("expected-failures", not_run);
  all.seconds = report.seconds;
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"slim-verify\" "
      "{}>\n{}</testsuites>\n",
      all.attributes(), all.text);
}

}  // namespace slim::properties
