// SPDX-License-Identifier: Apache-2.0
#include "properties/report/level.hpp"

#include "properties/report/expectation.hpp"
#include "properties/report/report.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace slim::properties {
namespace {

Verdict held(const std::string& law) {
  Verdict verdict{.law = law, .subject = "x", .scalar = Scalar::float64, .tally = {}};
  verdict.tally.cases = 2;
  verdict.tally.passed = 2;
  return verdict;
}

Verdict unclaimed(const std::string& law) {
  Verdict verdict{.law = law, .subject = "x", .scalar = Scalar::float64, .tally = {}};
  verdict.tally.cases = 1;
  verdict.tally.add(not_claimed("it"));
  return verdict;
}

LevelVerdict of_level(const RunResult& result, Level level) {
  for (const LevelVerdict& verdict : level_verdicts(result)) {
    if (verdict.level == level) return verdict;
  }
  return {};
}

TEST(Levels, HoldOnlyWhenAllTheirLawsWereRun) {
  using enum LevelVerdict::Standing;
  RunResult result{.verdicts = {held("averages"), held("attention-agrees")}, .counterexamples = {}};
  EXPECT_EQ(of_level(result, Level::core).standing, holds);
  EXPECT_EQ(in_words(of_level(result, Level::core)), "2 of 2 laws claimed, 4 cases");
  EXPECT_EQ(how_it_went(result, std::nullopt), "all laws hold");

  result.laws_not_run = {"stays-in-hull", "layouts-agree", "gradient-agrees"};
  EXPECT_EQ(of_level(result, Level::core).standing, partly_run);
  EXPECT_EQ(in_words(of_level(result, Level::core)),
            "2 of 4 laws of level Core were run, 2 claimed, 4 cases");
  EXPECT_EQ(of_level(result, Level::gradient).standing, not_run);
  EXPECT_EQ(in_words(of_level(result, Level::gradient)), "0 of 1 laws of level Gradient were run");
  EXPECT_EQ(how_it_went(result, std::nullopt), "what was run holds (2 of 5 laws)");

  result.verdicts.back().tally.passed = 1;
  result.verdicts.back().tally.wrong = 1;
  EXPECT_EQ(of_level(result, Level::core).standing, falls_short);
  EXPECT_EQ(in_words(of_level(result, Level::core)),
            "2 of 4 laws of level Core were run, 2 claimed, 4 cases, broken: attention-agrees");
  EXPECT_EQ(how_it_went(result, std::nullopt), "NOT all that was run holds (2 of 5 laws)");
}

TEST(Levels, ThatAreNotClaimedAreNamedInTheHeadline) {
  RunResult result{.verdicts = {held("averages"), unclaimed("gradient-agrees")},
                   .counterexamples = {}};
  EXPECT_EQ(how_it_went(result, std::nullopt),
            "all claimed laws hold (1 of 2); Gradient: not claimed");
  result.scalars_not_run = {Scalar::float32};
  EXPECT_EQ(how_it_went(result, std::nullopt),
            "all claimed laws hold (1 of 2); Gradient: not claimed; float32: not run");
  result.verdicts.front().tally.wrong = 1;
  EXPECT_EQ(how_it_went(result, std::nullopt),
            "NOT all laws hold; Gradient: not claimed; float32: not run");
}

TEST(Levels, SayWhereNoSlopeJudgedTheGradient) {
  using enum LevelVerdict::Standing;
  RunResult result{.verdicts = {held("own-future-does-not-matter"), unclaimed("own-slope-of-loss")},
                   .counterexamples = {}};
  EXPECT_EQ(of_level(result, Level::gradient).standing, slope_not_judged);
  EXPECT_EQ(in_words(of_level(result, Level::gradient)),
            "1 of 2 laws claimed, 2 cases; slope not judged along any parameter");
  EXPECT_EQ(how_it_went(result, std::nullopt),
            "all claimed laws hold (1 of 2); Gradient: slope not judged");

  Verdict slope = held("own-slope-of-loss");
  const auto along = [](const std::string& name, long judged, long near_zero) {
    return JudgedTensor{.tensor = "slope along " + name,
                        .compared = judged,
                        .judged = judged,
                        .slope_along = name,
                        .near_zero = near_zero};
  };
  slope.tally.judged = {along("W", 2, 1), along("U (near 0)", 0, 0), along("b", 1, 1)};
  result.verdicts.back() = slope;
  EXPECT_EQ(of_level(result, Level::gradient).standing, slope_not_judged);
  EXPECT_EQ(
      in_words(of_level(result, Level::gradient)),
      "2 of 2 laws claimed, 4 cases; slope not judged along U (near 0); gradient and slope 0, "
      "or nearly so, along b");
  EXPECT_EQ(how_it_went(result, std::nullopt), "all laws hold; Gradient: slope not judged");
  result.verdicts.back().tally.judged[1] = along("U (near 0)", 1, 0);
  EXPECT_EQ(of_level(result, Level::gradient).standing, holds);
}

/// A run of two laws of level Core, out of five laws in total.
struct PartOfARun {
  Law averages;
  Law agrees;
  Subject subject{
      .name = "x", .summary = {}, .capabilities = {}, .conventions = {}, .gradient = {}};
  RunPlan plan;
  RunResult result{.verdicts = {held("averages"), held("attention-agrees")}, .counterexamples = {}};

  PartOfARun() {
    averages.name = "averages";
    agrees.name = "attention-agrees";
    plan = {.laws = {&averages, &agrees}, .subjects = {&subject}, .scalars = {Scalar::float64}};
    result.laws_not_run = {"stays-in-hull", "layouts-agree", "gradient-agrees"};
  }
};

TEST(Reports, OnSomeOfTheLawsNeverSayThatALevelHolds) {
  const PartOfARun part;
  const Report report{.plan = part.plan, .result = part.result, .case_paths = {}};
  for (const std::string& text :
       {to_text(report), to_markdown(report), to_junit(report), to_json(report)}) {
    EXPECT_EQ(text.find("all laws hold"), std::string::npos) << text;
    EXPECT_NE(text.find("what was run holds (2 of 5 laws)"), std::string::npos) << text;
  }
  const std::string words = "2 of 4 laws of level Core were run";
  for (const std::string& text : {to_text(report), to_markdown(report), to_junit(report)}) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
    EXPECT_NE(text.find("0 of 1 laws of level Gradient were run"), std::string::npos) << text;
  }
  EXPECT_NE(to_junit(report).find("<skipped message=\"partly run: " + words), std::string::npos);
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["levels"]["Core"]["standing"], "partly run");
  EXPECT_EQ(json["levels"]["Core"]["laws"], 2);
  EXPECT_EQ(json["levels"]["Core"]["laws_in_all"], 4);
  EXPECT_EQ(json["levels"]["Gradient"]["standing"], "not run");
  EXPECT_EQ(json["laws_not_run"].size(), 3U);
}

TEST(Reports, OfAllLawsSayInTheHeadlineWhatIsNotClaimed) {
  PartOfARun whole;
  whole.result.laws_not_run.clear();
  whole.agrees.name = "gradient-agrees";
  whole.result.verdicts.back() = unclaimed("gradient-agrees");
  const Report report{.plan = whole.plan, .result = whole.result, .case_paths = {}};
  for (const std::string& text :
       {to_text(report), to_markdown(report), to_junit(report), to_json(report)}) {
    EXPECT_NE(text.find("all claimed laws hold (1 of 2); Gradient: not claimed"), std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace slim::properties
