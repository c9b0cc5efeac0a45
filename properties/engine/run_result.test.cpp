// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/engine.hpp"
#include "properties/engine/law_about_numbers.hpp"
#include "properties/laws/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace slim::properties {
namespace {

TEST(Engine, ReportsTheErrorOfOneCaseInFloat32AndFloat64) {
  Fixture fixture{.law = law_about_numbers([](int n, const Subject& subject, Scalar scalar) {
                    Finding finding = wrong_from(0, 1);
                    if (subject.name == "right") return finding;
                    if (scalar == Scalar::float32 && n > 500) finding.outcome = Outcome::drift;
                    finding.worst.error = scalar == Scalar::float32 ? n : n / 1e9;
                    return finding;
                  })};
  RunPlan plan = fixture.plan(100, 2);
  plan.scalars = {Scalar::float32, Scalar::float64};
  const RunResult result = run(plan);
  ASSERT_EQ(result.refinements.size(), 1U) << "none for a subject that passes";
  const Refinement& refinement = result.refinements.front();
  EXPECT_EQ(refinement.subject, "left");
  EXPECT_EQ(refinement.in_float32.error, result.verdicts[0].tally.worst.error) << "the worst case";
  EXPECT_EQ(refinement.in_float64.error, refinement.in_float32.error / 1e9) << "the same case";
  plan.scalars = {Scalar::float32, Scalar::digits50};
  EXPECT_TRUE(run(plan).refinements.empty()) << "not run in both";
}

TEST(Engine, RunsAsManyCasesAsALawsShareRequires) {
  Fixture fixture{
      .law = law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 1000); })};
  fixture.law.share = 3;
  EXPECT_EQ(run(fixture.plan(10, 2)).verdicts[0].tally.cases, 30);
}

TEST(Engine, RunsAnExpensiveLawLessOftenInFiftyDigits) {
  Fixture f{.law = law_about_numbers([](int n, const Subject& subject, Scalar) {
              return wrong_from(n, subject.name == "left" ? 2000 : 700);
            })};
  f.law.one_in_digits50 = 3;
  const RunResult result = run(f.plan(20, 2));
  for (const Verdict& verdict : result.verdicts) {
    const int asked = verdict.scalar == Scalar::digits50 ? 7 : 20;
    EXPECT_EQ(verdict.tally.cases, asked) << verdict.subject;
    if (verdict.subject != "left") continue;
    EXPECT_EQ(verdict.tally.executed(), asked);
    EXPECT_EQ(verdict.tally.not_run, 0);
  }
}

/// Correct answers, whose `d.q` is judged in `limit` of 20 cases.
Finding judged_below(int n, int limit) {
  Finding finding = wrong_from(n, 2000);
  finding.judged = {{.tensor = "out", .compared = 1, .judged = 1},
                    {.tensor = "d.q", .compared = 1, .judged = n % 20 < limit ? 1 : 0}};
  return finding;
}

TEST(Engine, FallsShortWhereATensorIsNeverJudged) {
  const Fixture fixture{.law = law_about_numbers([](int, const Subject& subject, Scalar scalar) {
                          const bool never = subject.name == "left" && scalar == Scalar::float32;
                          return judged_below(0, never ? 0 : 20);
                        })};
  const RunResult result = run(fixture.plan(20, 1));
  ASSERT_FALSE(result.shortfalls().empty());
  EXPECT_FALSE(result.holds());
  EXPECT_EQ(result.shortfalls().front().substr(0, 51),
            "d.q of subject left was never judged in float32: in");
}

TEST(Engine, FallsShortWhereMoreThanOneComparisonInTwentyIsNotJudged) {
  const auto with_limit = [](int limit, double roundoff_of_factors = 0.0) {
    Fixture fixture{.law = law_about_numbers(
                        [limit](int n, const Subject&, Scalar) { return judged_below(n, limit); })};
    fixture.left.capabilities.roundoff_of_factors = roundoff_of_factors;
    return run(fixture.plan(500, 1)).shortfalls().size();
  };
  EXPECT_EQ(with_limit(19), 0U);  // 1 in 40: 1 in 20 of d.q, none of out
  EXPECT_EQ(with_limit(16), 4U);  // 1 in 10: of two subjects in two scalars
  EXPECT_EQ(with_limit(16, 0x1p-11), 2U) << "a subject that computes in TF32 has no limit";
  EXPECT_EQ(with_limit(0, 0x1p-11), 6U) << "a tensor that is never judged fails its run, too";
}

TEST(Engine, CountsTheOtherPairsOfSizesThatWereNotCovered) {
  SizeGoal goal = laws::find_law("attention-agrees").size_goal();
  std::erase_if(goal.pairs, [&](const PricedPair& pair) { return pair.least_cost > goal.cap; });
  const auto shortfall = [&](std::ptrdiff_t pairs) {
    goal.pairs.erase(goal.pairs.begin() + pairs, goal.pairs.end());
    Verdict executed{.law = "x", .subject = "left", .scalar = Scalar::float32, .tally = {}};
    executed.tally.passed = 1;
    const RunResult result{.verdicts = {executed},
                           .counterexamples = {},
                           .sizes = {{"left", SizeCoverage(goal), true}}};
    return result.shortfalls().at(0);
  };
  EXPECT_TRUE(shortfall(3).ends_with(", nor with 2 other pairs")) << shortfall(3);
  EXPECT_TRUE(shortfall(2).ends_with(", nor with one other pair of sizes")) << shortfall(2);
  EXPECT_EQ(shortfall(1).find(", nor"), std::string::npos) << shortfall(1);
  EXPECT_EQ(shortfall(1).find("subject left executed no case of task attention with "), 0U);
}

TEST(Engine, DoesNotCountJudgementsOfAWrongSubject) {
  const Fixture fixture{.law = law_about_numbers([](int n, const Subject&, Scalar) {
                          Finding finding = judged_below(n, 0);
                          finding.outcome = Outcome::wrong;
                          return finding;
                        })};
  const RunResult result = run(fixture.plan(20, 1));
  EXPECT_TRUE(result.judged().empty());
  EXPECT_TRUE(result.shortfalls().empty());
}

TEST(Engine, CountsJudgementsOfOtherLawsThanTheBrokenOne) {
  const Law never_judged =
      law_about_numbers([](int /*n*/, const Subject&, Scalar) { return judged_below(0, 0); });
  const Fixture broken{
      .law = law_about_numbers([](int /*n*/, const Subject&, Scalar) { return wrong_from(1, 0); })};
  RunPlan plan = broken.plan(20, 1);
  plan.laws.push_back(&never_judged);
  const std::vector<std::string> shortfalls = run(plan).shortfalls();
  ASSERT_FALSE(shortfalls.empty());
  EXPECT_TRUE(shortfalls.front().starts_with("d.q of subject left was never judged"));
}

}  // namespace
}  // namespace slim::properties
