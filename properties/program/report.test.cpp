#include "properties/program/report.hpp"

#include "properties/program/place.hpp"
#include "properties/program/unclaimed_laws.hpp"
#include "properties/program/verdict_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <limits>

namespace slim::properties {
namespace {

constexpr double beyond_bound = std::numeric_limits<double>::infinity();

struct Example {
  Law law{.name = "some-law",
          .statement = {},
          .source = {},
          .generator = {},
          .tolerance = {},
          .kills = {},
          .draw = {},
          .load = {}};
  Subject subject{
      .name = "a<b", .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
  RunPlan plan{
      .laws = {&law}, .subjects = {&subject}, .scalars = {Scalar::float32}, .seed = 9, .cases = 4};
  RunResult result;

  Example() {
    Verdict wrong{.law = "some-law", .subject = "a<b", .scalar = Scalar::float32, .tally = {}};
    wrong.tally.cases = 4;
    wrong.tally.passed = 1;
    wrong.tally.wrong = 1;
    wrong.tally.skipped["a reason"] = 1;
    wrong.tally.not_run = 1;
    wrong.tally.worst = {.tensor = "grad.x", .row = 2, .error = beyond_bound, .bound = 0.5};
    result.verdicts.push_back(wrong);
    result.counterexamples.push_back(
        {.law = "some-law",
         .subject = "a<b",
         .scalar = Scalar::float32,
         .case_number = 3,
         .drawn = "L=9",
         .readable = "L=2",
         .shrinks = 4,
         .finding = {.outcome = Outcome::wrong, .worst = wrong.tally.worst, .note = {}},
         .file = {}});
  }
  [[nodiscard]] Report report() const {
    return {.plan = plan, .result = result, .case_paths = {"my folder/it's"}, .seconds = 1.0};
  }
};

TEST(Report, PrintsOneReplayLineAFailureThatAShellTakes) {
  const std::string text = to_text(Example().report());
  EXPECT_NE(text.find("slim-verify replay 'my folder/it'\\''s'\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("slim-verify replay"), text.rfind("slim-verify replay"));
  for (const char* part : {"a<b", "some-law", "float32", "grad.x, row 2", "bound 0.5", "L=2",
                           "seed 9", "case 3", "WRONG inf in 1", "2 of 4", "1 skipped: a reason",
                           "checks: 2 executed + 1 skipped + 1 not run = 4"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from\n" << text;
  }
}

TEST(Report, TellsAPositionsPlaceInItsSlice) {
  Counterexample found{.law = "attention-agrees",
                       .subject = "mine",
                       .scalar = Scalar::float64,
                       .drawn = {},
                       .readable = {},
                       .finding = {},
                       .file = {}};
  found.finding.worst = {.tensor = "d.k[0,1]", .row = 7, .error = 3.0, .bound = 1.0};
  EXPECT_EQ(where(found), "d.k[0,1], row 7: error 3, bound 1, ratio 3") << "of no attention case";
  found.file.metadata = {{"task", "attention"}, {"chunk", "3"}};
  EXPECT_EQ(place_of(found), "d.k[0,1], row 7 (row 1 of slice 2, C=3)");
  found.finding.worst.tensor = "out (future x 1)";
  EXPECT_EQ(place_of(found), "out (future x 1), row 7 (row 1 of slice 2, C=3)");
  found.finding.worst.tensor = "d.initial";
  EXPECT_EQ(place_of(found), "d.initial, row 7") << "rows of a state are no positions";
  found.finding.worst.tensor = "answer";
  EXPECT_EQ(where(found), "no answer that could be compared");
}

TEST(Report, KeepsWideCellsApart) {
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
  EXPECT_NE(text.find("<testsuite name=\"some-law\" tests=\"1\" failures=\"1\">"),
            std::string::npos);
  EXPECT_NE(text.find("name=\"a&lt;b float32\""), std::string::npos);
  EXPECT_NE(text.find("<failure message=\"WRONG"), std::string::npos);
}

TEST(Report, IsJUnitThatSkipsWhatIsExpectedToFailAndFailsWhatIsStale) {
  Example example;
  Verdict held = example.result.verdicts.front();
  held.scalar = Scalar::float64;
  held.tally.wrong = held.tally.not_run = 0;
  example.result.verdicts.push_back(held);
  Report report = example.report();
  report.expected_failures = {"some-law float32"};
  const std::string expected = to_junit(report);
  EXPECT_NE(expected.find("tests=\"2\" failures=\"0\""), std::string::npos) << expected;
  EXPECT_EQ(expected.find("<failure"), std::string::npos) << expected;
  EXPECT_NE(expected.find("<skipped message=\"expected failure: WRONG: grad.x row 2"),
            std::string::npos)
      << expected;
  report.expected_failures = {"some-law float64", "no-law float32"};
  const std::string stale = to_junit(report);
  EXPECT_NE(stale.find("tests=\"2\" failures=\"2\""), std::string::npos) << stale;
  EXPECT_NE(stale.find("stale expected failure: it holds"), std::string::npos) << stale;
  EXPECT_NE(stale.find("name=\"no-law float32\">\n      <failure message=\"stale expected failure: "
                       "it was not run"),
            std::string::npos)
      << stale;
}

TEST(Report, IsMarkdownWithAccountsThatAddUp) {
  const std::string text = to_markdown(Example().report());
  for (const char* part :
       {"# slim-verify: NOT all laws hold", "| 2 | executed |", "| 1 | skipped: a reason |",
        "| 1 | not run, after the first wrong one |", "| **4** | **in all** |",
        "### a<b breaks some-law in float32", "where: grad.x, row 2", "smallest case: `L=2`",
        "| some-law | a<b | float32 | WRONG | inf | 2 of 4 |"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing from\n" << text;
  }
}

/// A guest of two laws, which claims nothing of the first.
RunResult of_a_modest_guest() {
  Verdict unclaimed{
      .law = "left-out", .subject = "foreign/x", .scalar = Scalar::float32, .tally = {}};
  unclaimed.tally.cases = 3;
  unclaimed.tally.add(not_claimed("does not claim feature map sqr"));
  unclaimed.tally.add(not_claimed("does not claim feature map abs"));
  unclaimed.tally.add(not_claimed("does not claim the pullback"));
  Verdict held{.law = "asked", .subject = "foreign/x", .scalar = Scalar::float32, .tally = {}};
  held.tally.cases = 2;
  held.tally.add({.outcome = Outcome::pass, .worst = {}, .note = {}});
  held.tally.add(skipped("a reason"));
  return {.verdicts = {unclaimed, held}, .counterexamples = {}, .may_claim_less = true};
}

TEST(UnclaimedLaws, AreFoldedAndCountedAndStillInTheSum) {
  RunResult result = of_a_modest_guest();
  Example example;
  Law left_out = example.law;
  left_out.name = "left-out";
  Law asked = example.law;
  asked.name = "asked";
  const RunPlan plan{
      .laws = {&left_out, &asked}, .subjects = {&example.subject}, .scalars = {Scalar::float32}};
  const std::string table = verdict_table(plan, result);
  for (const char* part :
       {"a<b ", "\n  asked ", "PASS", "1 of 2", "1 skipped: a reason\n",
        "not claimed: 1 of 2 laws, 3 checks\n  left-out\n  missing: other feature maps (2), the "
        "pullback (1)\n",
        "checks: 1 executed + 4 skipped + 0 not run = 5"}) {
    EXPECT_NE(table.find(part), std::string::npos) << part << " is missing from\n" << table;
  }
  EXPECT_EQ(table.find("feature map sqr"), std::string::npos) << table;
  EXPECT_EQ(table.find("left-out"), table.rfind("left-out")) << "in no line of its own\n" << table;

  result.may_claim_less = false;
  EXPECT_TRUE(unclaimed_laws(result).names.empty()) << "the house owes every law";
  EXPECT_NE(verdict_table(plan, result).find("0 of 3"), std::string::npos);
  result = of_a_modest_guest();
  result.verdicts[0].tally.unclaimed -= 1;
  EXPECT_TRUE(unclaimed_laws(result).names.empty()) << "a case was owed";
}

TEST(Report, SaysWhyThereIsNoNumber) {
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

TEST(Report, SaysHowToMeasureACostAgain) {
  EXPECT_EQ(replay_line("", "--subject-library ./x.so"),
            "slim-measure foreign --subject-library ./x.so");
}

TEST(Report, PutsListsIntoLists) {
  EXPECT_EQ(list_item("fits each of these:") + list_item("  one of them"),
            "- fits each of these:\n  - one of them\n");
}

TEST(Verdicts, RefuseToLoseACase) {
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
  unclaimed.tally.add(not_claimed("does not claim float32"));
  EXPECT_TRUE(unclaimed.holds());
  EXPECT_EQ(summary(unclaimed), "not claimed");
}

}  // namespace
}  // namespace slim::properties
