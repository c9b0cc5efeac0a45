// SPDX-License-Identifier: Apache-2.0
#include "properties/report/failure_groups.hpp"

#include "properties/report/example_run.hpp"
#include "properties/report/legend.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace slim::properties {
namespace {

Counterexample failing(const std::string& law, std::int64_t entries) {
  Counterexample found{.law = law,
                       .subject = "a<b",
                       .scalar = Scalar::float64,
                       .drawn = {},
                       .readable = law + "'s case",
                       .finding = {.outcome = Outcome::wrong,
                                   .worst = {.tensor = "out", .row = 0, .error = 3.0, .bound = 1.0},
                                   .note = {}},
                       .file = {}};
  const std::vector<double> zeros(static_cast<std::size_t>(entries));
  found.file.tensors["q"] = make_tensor({entries}, zeros);
  return found;
}

TEST(Legend, ExplainsTheLettersOfTheCasesThatFailed) {
  std::vector<Counterexample> failures = {failing("one", 4)};
  EXPECT_TRUE(legend_of(failures).empty()) << "the case has no known task";
  failures[0].file.metadata["task"] = "attention";
  ASSERT_EQ(legend_of(failures).size(), 1U);
  EXPECT_NE(legend_of(failures)[0].find("L rows, C of them per slice"), std::string::npos);
  failures.push_back(failing("two", 4));
  failures[1].file.tensors["tokens"] = failures[1].file.tensors["q"];
  failures[1].scalar = Scalar::digits50;
  EXPECT_EQ(legend_of(failures).size(), 3U);
}

TEST(FailureGroups, ShareSubjectAndDiagnosisAndShowTheSmallestCase) {
  std::vector<Counterexample> failures = {failing("one", 4), failing("two", 2), failing("three", 2),
                                          failing("four", 1)};
  const std::vector<Look> looks = {
      {{"like x", "evidence"}, "x"}, {{"like x"}, "x"}, {{"like x"}, "x"}, {{"like y"}, "y"}};
  const std::vector<FailureGroup> groups = failure_groups(failures, looks);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].shown, 1U);
  EXPECT_EQ(groups[0].others, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(groups[1].shown, 3U);
  EXPECT_TRUE(groups[1].others.empty());
  failures[2].subject = "another";
  EXPECT_EQ(failure_groups(failures, looks).size(), 3U);
  EXPECT_EQ(failure_groups(failures, {}).size(), 2U)
      << "two subjects, which failed in the same way";
  failures[0].finding.note = "did it in another way";
  EXPECT_EQ(failure_groups(failures, {}).size(), 3U);
}

TEST(FailureGroups, DifferInDiagnosisOrIfNoFaultIsKnownInTensor) {
  std::vector<Counterexample> failures = {failing("one", 1), failing("two", 1),
                                          failing("three", 1)};
  EXPECT_EQ(failure_groups(failures, {{{}, "x"}, {{}, "x and y"}, {{"seen"}, "x"}}).size(), 2U);
  std::vector<Look> of_nobody(3, {{"no known fault matches: compared with 9 mutants"}});
  EXPECT_EQ(failure_groups(failures, of_nobody).size(), 1U);
  failures[1].finding.worst.tensor = "d.q[0,1]";
  failures[2].finding.worst.tensor = "d.q";
  EXPECT_EQ(failure_groups(failures, of_nobody).size(), 2U);
  failures[2].finding.failure = Failure::non_finite;
  EXPECT_EQ(failure_groups(failures, of_nobody).size(), 3U);
  failures[1] = failures[2] = failures[0];
  of_nobody[1].condition = "with two sequences or more";
  of_nobody[2].condition = "with a key mask";
  EXPECT_EQ(failure_groups(failures, of_nobody).size(), 2U)
      << "different faults; the one without a condition joins the first";
}

TEST(FailureGroups, BeginWithTheLargestErrorAndShowACaseOfItsOrder) {
  std::vector<Counterexample> failures = {failing("crash", 1), failing("nan", 1),
                                          failing("small", 1), failing("large", 9),
                                          failing("almost as large", 4)};
  failures[0].finding = {.outcome = Outcome::wrong,
                         .worst = {.tensor = std::string(no_tensor)},
                         .note = "ended",
                         .failure = Failure::crash};
  failures[1].finding.failure = Failure::non_finite;
  failures[1].finding.worst.error = std::numeric_limits<double>::infinity();
  failures[3].finding.worst.error = 1e9;
  failures[4].finding.worst.error = 1e8;
  const std::vector<FailureGroup> groups = failure_groups(failures, {});
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].shown, 4U) << "the smallest case is of a small error";
  EXPECT_EQ(groups[0].others, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(groups[1].shown, 1U);
  EXPECT_EQ(groups[2].shown, 0U);
}

TEST(Report, ShowsOneFailureOfAGroupInFullAndTheOthersInOneLineEach) {
  Example example;
  example.result.counterexamples = {failing("one", 4), failing("two", 2), failing("three", 2)};
  Report report = example.report();
  report.case_paths = {"1.st", "2.st", "3.st"};
  const std::string text = to_text(report);
  EXPECT_NE(text.find("WRONG  a<b breaks two in float64\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find(
          "  also       fails in the same way under 2 other laws; the smallest case of each:\n"
          "             one    float64   error 3, bound 1; slim-verify replay 1.st\n"
          "             three  float64   error 3, bound 1; slim-verify replay 3.st\n"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("one's case"), std::string::npos) << text;
  const std::string markdown = to_markdown(report);
  EXPECT_NE(markdown.find("It fails in the same way under 2 other laws"), std::string::npos)
      << markdown;
  EXPECT_NE(markdown.find("| one | float64 | error 3, bound 1 | `slim-verify replay 1.st` |\n"),
            std::string::npos)
      << markdown;
}

}  // namespace
}  // namespace slim::properties
