// SPDX-License-Identifier: Apache-2.0
// Untrusted text in every report: messages of an implementation, paths, names in a list.

#include "properties/report/report.hpp"
#include "reference/vocabulary/scalars/printable.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties {
namespace {

/// Escape sequences, U+202E (reverses what follows), line breaks, markup of every format, bytes
/// that are not UTF-8.
const std::string hostile =
    "<script>alert(1)</script>\x1b[31m\x1b]0;title\x07\x9b\u202e\n# heading\n| a | ]]> "
    "[link](http://x) `code` \xff";

/// A run in which all external text is hostile.
struct HostileRun {
  Law law;
  Subject subject{
      .name = "foreign/x", .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
  RunPlan plan;
  RunResult result;

  HostileRun() {
    law.name = "averages";
    plan = {.laws = {&law}, .subjects = {&subject}, .scalars = {Scalar::float64}};
    Verdict wrong{.law = law.name, .subject = subject.name, .scalar = Scalar::float64, .tally = {}};
    wrong.tally.cases = wrong.tally.wrong = 1;
    wrong.tally.failure = Failure::error;
    wrong.tally.note = hostile;
    wrong.tally.worst = {.tensor = std::string(no_tensor), .row = 0, .error = 1.0, .bound = 0.0};
    result.verdicts = {wrong};
    Finding finding{.outcome = Outcome::wrong, .worst = wrong.tally.worst, .note = hostile};
    finding.failure = Failure::error;
    for (const char* name : {"averages", "stays-in-hull"}) {
      result.counterexamples.push_back({.law = name,
                                        .subject = subject.name,
                                        .scalar = Scalar::float64,
                                        .drawn = "L=2",
                                        .readable = "L=1",
                                        .finding = finding,
                                        .file = {}});
    }
  }
  [[nodiscard]] Report report() const {
    return {.plan = plan,
            .result = result,
            .case_paths = {"counterexamples/" + hostile, "x"},
            .replay_options = "--subject-command " + quoted_for_shell(hostile),
            .expectation = Expectation{
                .listed = {hostile + " float32"}, .unexpected = {hostile}, .stale = {hostile}}};
  }
};

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

void expect_no_control_characters(const std::string& text) {
  EXPECT_EQ(printable(text), text);
}

TEST(UntrustedText, OnATerminalDoesNotMoveTheCursorOrAddLines) {
  HostileRun run;
  const std::string text = to_text(run.report());
  expect_no_control_characters(text);
  EXPECT_EQ(text.find("\n# heading"), std::string::npos) << text;
  EXPECT_EQ(text.find("\n| a |"), std::string::npos) << text;
}

TEST(UntrustedText, IsEscapedInMarkdown) {
  HostileRun run;
  const std::string text = to_markdown(run.report());
  expect_no_control_characters(text);
  EXPECT_EQ(text.find("\n# heading"), std::string::npos) << text;
  // Outside of code between backticks there are no tags and no links.
  std::string prose = text;
  for (std::size_t open = 0; (open = prose.find("``", open)) != std::string::npos;) {
    const std::size_t close = prose.find("``", open + 2);
    prose.erase(open, close == std::string::npos ? close : close + 2 - open);
  }
  EXPECT_EQ(prose.find("<script"), std::string::npos) << prose;
  EXPECT_EQ(prose.find(" [link]"), std::string::npos) << prose;
}

TEST(UntrustedText, IsEscapedInXml) {
  HostileRun run;
  const std::string text = to_junit(run.report());
  expect_no_control_characters(text);
  EXPECT_EQ(text.find("<script"), std::string::npos) << text;
  EXPECT_NE(text.find("&lt;script&gt;"), std::string::npos) << text;
}

TEST(UntrustedText, IsEscapedInJson) {
  HostileRun run;
  const std::string text = to_json(run.report());
  expect_no_control_characters(text);
  EXPECT_NE(text.find("\\u001b[31m"), std::string::npos) << text;
  EXPECT_NE(text.find("\\u202e"), std::string::npos) << text;
  EXPECT_GT(lines_in(text), 10U);
}

}  // namespace
}  // namespace slim::properties
