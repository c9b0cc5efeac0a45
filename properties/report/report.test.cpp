// SPDX-License-Identifier: Apache-2.0
#include "properties/report/report.hpp"

#include "properties/catalogue.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/example_run.hpp"
#include "properties/report/failure_groups.hpp"
#include "properties/report/legend.hpp"
#include "properties/report/place.hpp"
#include "properties/report/verdict_table.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace slim::properties {
namespace {

TEST(Report, PrintsOneQuotedReplayCommandPerFailure) {
  const std::string text = to_text(Example().report());
  EXPECT_NE(text.find("slim-verify replay 'my folder/it'\\''s'\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("slim-verify replay"), text.rfind("slim-verify replay"));
  for (const char* part : {"a<b", "some-law", "float32", "grad.x, row 2", "bound 0.5", "L=2",
                           "seed 9", "case 3", "WRONG inf in 1", "2 of 4", "1 skipped: a reason",
                           "checks: 2 executed + 1 skipped + 1 not run = 4"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from\n" << text;
  }
}

TEST(Report, ListsUnusualDeclarationsBeforeItsVerdicts) {
  Example example;
  EXPECT_EQ(to_text(example.report()).find("declares"), std::string::npos);
  EXPECT_EQ(to_junit(example.report()).find("a&lt;b: "), std::string::npos);
  example.subject.attention = find_subject("reference").attention;
  example.subject.attention_conventions.epsilons[EpsilonPlace::denominator] = 0.25;
  example.subject.attention_conventions.elu_cancellation = 1.0;
  example.subject.capabilities.subtracting = true;
  const std::string text = to_text(example.report());
  const std::string words =
      "declares: attention epsilon 0.25, usually 1e-16; subtracting, so DRIFT is not a failure";
  EXPECT_EQ(text.find(words), 0U) << text;
  const std::string markdown = to_markdown(example.report());
  EXPECT_LT(markdown.find(words), markdown.find("| checks |")) << markdown;
  const nlohmann::json json = nlohmann::json::parse(to_json(example.report()));
  const nlohmann::json& declared = json.at("unusual_declarations");
  ASSERT_EQ(declared.size(), 2U);
  EXPECT_EQ(declared[0].at("name"), "attention.epsilon");
  EXPECT_EQ(declared[0].at("value"), 0.25);
  EXPECT_NE(to_junit(example.report())
                .find("<property name=\"a&lt;b: attention.epsilon\" value=\"0.25\"/>"),
            std::string::npos)
      << to_junit(example.report());
}

TEST(Report, GivesTheSliceOfAPosition) {
  Counterexample found{.law = "attention-agrees",
                       .subject = "mine",
                       .scalar = Scalar::float64,
                       .drawn = {},
                       .readable = {},
                       .finding = {},
                       .file = {}};
  found.finding.worst = {.tensor = "d.k[0,1]", .row = 7, .error = 3.0, .bound = 1.0};
  EXPECT_EQ(where(found), "d.k[0,1], row 7: error 3, bound 1, ratio 3") << "not an attention case";
  EXPECT_EQ(error_in_words({.tensor = "x", .error = 1.0, .bound = std::nan("")}),
            "error 1, no bound, ratio inf");
  EXPECT_EQ(error_in_words({.tensor = "x", .error = 2e-16, .bound = 0.0}),
            "error 2e-16, but none is allowed");
  EXPECT_EQ(error_in_words({.tensor = "x", .error = beyond_bound, .bound = 0.0}),
            "error not finite, bound 0 (entries that are never written stay NaN)");
  found.file.metadata = {{"task", "attention"}, {"chunk", "3"}};
  EXPECT_EQ(place_of(found), "d.k[0,1], row 7 (row 1 of slice 2, C=3)");
  found.finding.worst.tensor = "out (future x 1)";
  EXPECT_EQ(place_of(found), "out (future x 1), row 7 (row 1 of slice 2, C=3)");
  found.finding.worst.tensor = "d.initial";
  EXPECT_EQ(place_of(found), "d.initial, row 7") << "rows of a state are not positions";
  found.file.tensors["v"] = make_tensor({1, 1, 1, 7}, std::vector<double>(7));
  EXPECT_EQ(place_of(found), "d.initial, row 7 (S, the sum of keys)");
  found.finding.worst.row = 2;
  EXPECT_EQ(place_of(found), "d.initial, row 2 (R, the sum of column 2 of v)");
  found.finding.worst.tensor = "answer";
  EXPECT_EQ(where(found), "no answer that could be compared");
}

TEST(Report, SeparatesWideCells) {
  Example example;
  example.plan.scalars.push_back(Scalar::float64);
  example.result.verdicts.front().tally.failure = Failure::out_of_bounds;
  example.result.verdicts.push_back(example.result.verdicts.front());
  const std::string table = verdict_table(example.plan, example.result);
  EXPECT_NE(table.find("OUT-OF-BOUNDS inf in 1  OUT-OF-BOUNDS inf in 1  2 of 4"), std::string::npos)
      << table;
}

TEST(Report, IsJsonWithEveryCount) {
  const auto json = nlohmann::json::parse(to_json(Example().report()));
  EXPECT_EQ(json["holds"], false);
  const auto& verdict = json["verdicts"][0];
  EXPECT_EQ(verdict["verdict"], "WRONG");
  EXPECT_EQ(verdict["executed"].get<int>() + verdict["skipped"].get<int>() +
                verdict["not_run"].get<int>(),
            verdict["cases"].get<int>());
  EXPECT_EQ(verdict["worst"]["error"], "infinite");
  EXPECT_EQ(json["counterexamples"][0]["case"], "L=2");
}

TEST(Report, IsJUnitWithTheFailureInside) {
  const std::string text = to_junit(Example().report());
  EXPECT_NE(text.find("<testsuite name=\"some-law\" tests=\"1\" failures=\"1\" errors=\"0\" "
                      "skipped=\"0\" time=\"0.000000\">"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("name=\"a&lt;b float32\""), std::string::npos);
  EXPECT_NE(text.find("<failure message=\"WRONG"), std::string::npos);
}

/// A subject that drifts in float32, and by less in float64.
Example drifting() {
  Example example;
  example.result.counterexamples.clear();
  Tally& tally = example.result.verdicts.front().tally;
  tally = {};
  tally.cases = tally.drift = 1;
  example.plan.cases = 1;
  example.result.refinements.push_back(
      {.law = "some-law",
       .subject = "a<b",
       .case_number = 3,
       .in_float32 = {.tensor = "grad.x", .row = 2, .error = 2e-3, .bound = 1e-4},
       .in_float64 = {.tensor = "grad.x", .row = 2, .error = 5e-12, .bound = 1e-13}});
  return example;
}

TEST(Report, ExplainsDriftInEveryFormat) {
  const Example example = drifting();
  Report report = example.report();
  report.case_paths.clear();
  EXPECT_TRUE(report.result.holds());
  for (const std::string& text :
       {to_text(report), to_markdown(report), to_junit(report), to_json(report)}) {
    for (const char* words :
         {"DRIFT: the error is larger than that of a program", "exact/… recovers the sums",
          "error 0.002 in float32, 5e-12 in float64", "(case 3): 4e+08 times"}) {
      std::string one_line = text;
      while (one_line.find("\n  ") != std::string::npos) {
        one_line.replace(one_line.find("\n  "), 3, " ");
      }
      EXPECT_NE(one_line.find(words), std::string::npos) << words << " is missing from\n" << text;
    }
  }
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["float32_to_float64"][0]["float64"]["error"], 5e-12);
  const std::string none = to_markdown(Example().report());
  EXPECT_EQ(none.find("DRIFT"), std::string::npos) << none;
}

/// One case, which covers few of attention's pairs of sizes.
TEST(Report, NamesCoveredPairsOfSizesInEveryFormat) {
  Example example;
  const std::string few = "1 cases per law are too few to cover pairs of sizes";
  example.plan.cases = 1;
  EXPECT_NE(to_markdown(example.report()).find(few), std::string::npos);
  example.plan.covers_sizes = true;
  SizeCoverage coverage(laws::find_law("attention-agrees").size_goal());
  Extents one;
  for (const SizeGoal::Factor& factor : coverage.goal().factors) one[factor.extent] = 1;
  coverage.add(one);
  EXPECT_GT(coverage.covered(), 0);
  example.result.sizes.push_back({.subject = "a<b", .coverage = coverage});
  const std::string words =
      fmt::format("; {} of {} pairs of size classes covered; not covered: ", coverage.covered(),
                  coverage.possible());
  const Report report = example.report();
  for (const std::string& text : {to_markdown(report), to_junit(report), to_json(report)}) {
    EXPECT_NE(text.find(words), std::string::npos) << words << " is missing from\n" << text;
  }
  EXPECT_NE(to_text(report).find("size classes"), std::string::npos);
}

TEST(Report, IsJUnitThatSkipsExpectedFailuresAndFailsStaleOnes) {
  Example example;
  Verdict held = example.result.verdicts.front();
  held.scalar = Scalar::float64;
  held.tally.wrong = held.tally.not_run = 0;
  example.result.verdicts.push_back(held);
  Report report = example.report();
  report.expectation = Expectation{.listed = {"some-law float32"}};
  const std::string expected = to_junit(report);
  EXPECT_NE(expected.find("tests=\"2\" failures=\"0\""), std::string::npos) << expected;
  EXPECT_EQ(expected.find("<failure"), std::string::npos) << expected;
  EXPECT_NE(expected.find("<skipped message=\"expected failure: WRONG: grad.x row 2"),
            std::string::npos)
      << expected;
  report.expectation = Expectation{.listed = {"some-law float64", "no-law float32"}};
  const std::string stale = to_junit(report);
  EXPECT_NE(stale.find("tests=\"2\" failures=\"2\""), std::string::npos) << stale;
  EXPECT_NE(stale.find("stale expected failure: the law holds"), std::string::npos) << stale;
  EXPECT_NE(
      stale.find(
          "name=\"no-law float32\" time=\"0\">\n      <failure message=\"stale expected failure: "
          "it was not run"),
      std::string::npos)
      << stale;
}

TEST(Report, SaysWhetherTheFailuresAreAsExpected) {
  Example example;
  Report report = example.report();
  EXPECT_TRUE(nlohmann::json::parse(to_json(report))["expected_failures"].is_null());
  report.expectation = Expectation{.listed = {"some-law float32"}};
  EXPECT_NE(to_text(report).find("\nfails as expected\n"), std::string::npos);
  report.expectation = Expectation{.unexpected = {"some-law float32"}};
  EXPECT_NE(to_text(report).find("\nNOT as expected\n"), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(report))["expected_failures"];
  EXPECT_EQ(json["met"], false);
  EXPECT_EQ(json["unexpected"][0], "some-law float32");
  example.result.verdicts.clear();
  report.expectation = Expectation{.idle = {"anything"}};
  EXPECT_EQ(how_it_went(example.result, report.expectation), "NOT as expected");
}

TEST(Report, IsMarkdownWithCountsThatAddUp) {
  const std::string text = to_markdown(Example().report());
  for (const char* part :
       {"# slim-verify: NOT all laws hold", "| 2 | executed |", "| 1 | skipped: a reason |",
        "| 1 | not run (after the first wrong case) |", "| **4** | **total** |",
        "### a&lt;b breaks some-law in float32", "where: grad.x, row 2", "smallest case: `L=2`",
        "| some-law | a&lt;b | float32 | WRONG | inf | 2 of 4 |"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from\n" << text;
  }
}

/// A run whose only law is claimed and executed no case.
TEST(Report, FailsAClaimedLawThatExecutedNothing) {
  Example example;
  example.result.counterexamples.clear();
  Tally& tally = example.result.verdicts.front().tally;
  tally = {};
  tally.cases = 4;
  for (int i = 0; i < tally.cases; ++i) tally.add(skipped("a reason"));
  Report report = example.report();
  report.case_paths.clear();
  const std::string junit = to_junit(report);
  for (const char* part :
       {"tests=\"2\" failures=\"2\"", "<failure message=\"nothing executed: 4 skipped: a reason\">",
        "<failure message=\"nothing was executed\">nothing was executed\nlaw some-law executed "
        "no"}) {
    EXPECT_NE(junit.find(part), std::string::npos) << part << " is missing from\n" << junit;
  }
  EXPECT_NE(to_text(report).find("FALLS SHORT  law some-law executed no case"), std::string::npos);
  EXPECT_NE(to_markdown(report).find("**Falls short**: law some-law"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(to_json(report))["shortfalls"].size(), 2U);
}

TEST(Report, ExplainsWhyThereIsNoNumber) {
  Example example;
  Finding& finding = example.result.counterexamples[0].finding;
  finding.worst = {.tensor = std::string(no_tensor), .row = 0, .error = beyond_bound, .bound = 0.0};
  finding.failure = Failure::crash;
  finding.note = "ended by signal 6 (SIGABRT)";
  example.result.verdicts[0].tally.worst = finding.worst;
  example.result.verdicts[0].tally.failure = finding.failure;
  EXPECT_NE(to_text(example.report()).find("  it ended by signal 6 (SIGABRT)\n"),
            std::string::npos);
  EXPECT_EQ(to_text(example.report()).find("  where "), std::string::npos);
  EXPECT_EQ(to_markdown(example.report()).find("- where:"), std::string::npos);
  EXPECT_NE(to_junit(example.report())
                .find("<failure message=\"CRASH: it ended by signal 6 (SIGABRT)\">L=2\n"),
            std::string::npos)
      << to_junit(example.report());
}

TEST(Report, IsJUnitThatNamesTheScalarOfItsEvidence) {
  Example example;
  Verdict& verdict = example.result.verdicts[0];
  verdict.tally.worst.tensor = std::string(no_tensor);
  verdict.tally.failure = Failure::wrong_shape;
  example.result.counterexamples[0].scalar = Scalar::float64;
  const std::string without = to_junit(example.report());
  EXPECT_NE(without.find("<failure message=\"WRONG-SHAPE\">in float64: L=2\n"), std::string::npos)
      << without;
  example.result.counterexamples[0].finding.note = "gave F64";
  EXPECT_NE(to_junit(example.report()).find("\"WRONG-SHAPE: in float64: it gave F64\""),
            std::string::npos);
  Tally tally;
  for (const char* note : {"gave F16", "gave F64"}) {
    Finding finding{.outcome = Outcome::wrong, .worst = verdict.tally.worst, .note = note};
    finding.failure = Failure::wrong_shape;
    tally.add(finding);
  }
  EXPECT_EQ(tally.note, "gave F16");
  verdict.tally.note = tally.note;
  EXPECT_NE(to_junit(example.report()).find("\"WRONG-SHAPE: it gave F16\""), std::string::npos);
}

TEST(Report, GivesTheCommandThatMeasuresACostAgain) {
  EXPECT_EQ(replay_line("", "--subject-library ./x.so"),
            "slim-measure foreign --subject-library ./x.so");
}

TEST(Report, QuotesUnprintableBytesForAShell) {
  EXPECT_EQ(quoted_for_shell("a b"), "'a b'");
  EXPECT_EQ(quoted_for_shell("a'b"), "'a'\\''b'");
  EXPECT_EQ(quoted_for_shell("a\x1b[2J\n\xff'\\"), "$'a\\033[2J\\012\\377\\'\\\\'");
}

TEST(Report, NestsLists) {
  EXPECT_EQ(list_item("fits each of these:") + list_item("  one of them"),
            "- fits each of these:\n  - one of them\n");
}

}  // namespace
}  // namespace slim::properties
