// SPDX-License-Identifier: Apache-2.0
#include "properties/report/unclaimed_laws.hpp"

#include "properties/report/example_run.hpp"
#include "properties/report/verdict_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slim::properties {
namespace {

/// A run of two laws on a third-party implementation, which does not claim the first.
RunResult run_with_an_unclaimed_law() {
  Verdict unclaimed{
      .law = "left-out", .subject = "foreign/x", .scalar = Scalar::float32, .tally = {}};
  unclaimed.tally.cases = 3;
  unclaimed.tally.add(not_claimed("feature map sqr"));
  unclaimed.tally.add(not_claimed("feature map abs"));
  unclaimed.tally.add(not_claimed("the pullback"));
  Verdict held{.law = "claimed", .subject = "foreign/x", .scalar = Scalar::float32, .tally = {}};
  held.tally.cases = 2;
  held.tally.add({.outcome = Outcome::pass, .worst = {}, .note = {}});
  held.tally.add(skipped("a reason"));
  return {.verdicts = {unclaimed, held}, .counterexamples = {}};
}

TEST(UnclaimedLaws, AreSummarisedAndIncludedInTheSum) {
  RunResult result = run_with_an_unclaimed_law();
  Example example;
  Law left_out = example.law;
  left_out.name = "left-out";
  Law claimed = example.law;
  claimed.name = "claimed";
  const RunPlan plan{
      .laws = {&left_out, &claimed}, .subjects = {&example.subject}, .scalars = {Scalar::float32}};
  const std::string table = verdict_table(plan, result);
  for (const char* part :
       {"a<b ", "\n  claimed ", "PASS", "1 of 2", "1 skipped: a reason\n",
        "not claimed: 1 of 2 laws, 3 checks\n  left-out\n  missing claims: other feature maps (2), "
        "the pullback (1)\n",
        "checks: 1 executed + 4 skipped + 0 not run = 5"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << " is missing from\n" << table;
  }
  EXPECT_EQ(table.find("feature map sqr"), std::string::npos) << table;
  EXPECT_EQ(table.find("left-out"), table.rfind("left-out")) << "it has no line of its own\n"
                                                             << table;

  EXPECT_TRUE(result.holds());
  result.verdicts[0].tally.unclaimed -= 1;
  EXPECT_TRUE(unclaimed_laws(result).names.empty()) << "one of the cases was claimed";
}

TEST(UnclaimedLaws, HaveNoRowInAnyReportAndCountAsSkipped) {
  Example example;
  example.result = run_with_an_unclaimed_law();
  Law left_out = example.law;
  left_out.name = "left-out";
  Law claimed = example.law;
  claimed.name = "claimed";
  example.plan.laws = {&left_out, &claimed};
  Report report = example.report();
  report.case_paths.clear();
  const std::string markdown = to_markdown(report);
  EXPECT_EQ(markdown.find("| left-out |"), std::string::npos) << markdown;
  EXPECT_NE(markdown.find("not claimed: 1 of 2 laws, 3 checks: left-out. Missing claims: other "),
            std::string::npos)
      << markdown;
  EXPECT_NE(to_junit(report).find("<testsuites name=\"slim-verify\" tests=\"3\" failures=\"0\" "
                                  "errors=\"0\" skipped=\"1\" time=\"1.000000\">"),
            std::string::npos)
      << to_junit(report);
  EXPECT_NE(to_junit(report).find("<skipped message=\"1 skipped: does not claim feature map abs; "),
            std::string::npos);
}

TEST(VerdictTable, CountsSubjectsThatClaimNothingOfALaw) {
  Example example;
  Subject other = example.subject;
  other.name = "modest";
  example.plan.subjects.push_back(&other);
  example.result.verdicts.push_back(run_with_an_unclaimed_law().verdicts[0]);
  example.result.verdicts.back().subject = "modest";
  const std::string table = verdict_table(example.plan, example.result);
  EXPECT_NE(table.find("\n  a<b "), std::string::npos) << table;
  EXPECT_NE(table.find("\n  not claimed by 1 of 2 subjects\n"), std::string::npos) << table;
  EXPECT_EQ(table.find("modest"), std::string::npos) << table;
}

TEST(Verdicts, AccountForEveryCase) {
  Tally tally;
  tally.cases = 2;
  tally.add({.outcome = Outcome::pass, .worst = {}, .note = {}});
  EXPECT_THROW(require_accounted(tally), std::logic_error);
  tally.add(skipped("a reason"));
  EXPECT_NO_THROW(require_accounted(tally));
  tally.add(skipped("a reason"));
  EXPECT_THROW(require_accounted(tally), std::logic_error);
}

TEST(Verdicts, DoNotHoldWhenNothingWasExecuted) {
  Verdict verdict{.law = {}, .subject = {}, .scalar = Scalar::float32, .tally = {}};
  verdict.tally.cases = 1;
  verdict.tally.add(skipped("a reason"));
  EXPECT_FALSE(verdict.holds());
  EXPECT_EQ(summary(verdict), "nothing executed");
  Verdict unclaimed = verdict;
  unclaimed.tally = {};
  unclaimed.tally.cases = 1;
  unclaimed.tally.add(not_claimed("float32"));
  EXPECT_TRUE(unclaimed.holds());
  EXPECT_EQ(summary(unclaimed), "not claimed");
}

}  // namespace
}  // namespace slim::properties
