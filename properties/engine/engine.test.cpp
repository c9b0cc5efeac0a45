// SPDX-License-Identifier: Apache-2.0
#include "properties/engine/engine.hpp"

#include "properties/engine/cases/stratified_size.hpp"
#include "properties/engine/law_about_numbers.hpp"
#include "properties/engine/numbered_case.hpp"
#include "properties/laws/catalogue.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>

namespace slim::properties {
namespace {

void expect_equal(const RunResult& a, const RunResult& b) {
  ASSERT_EQ(a.verdicts.size(), b.verdicts.size());
  for (std::size_t i = 0; i < a.verdicts.size(); ++i) {
    const Tally& x = a.verdicts[i].tally;
    const Tally& y = b.verdicts[i].tally;
    EXPECT_EQ(x.passed, y.passed);
    EXPECT_EQ(x.wrong, y.wrong);
    EXPECT_EQ(x.skipped, y.skipped);
    EXPECT_EQ(x.not_run, y.not_run);
    EXPECT_EQ(x.redrawn, y.redrawn);
    EXPECT_EQ(x.worst.error, y.worst.error);
  }
  ASSERT_EQ(a.counterexamples.size(), b.counterexamples.size());
  for (std::size_t i = 0; i < a.counterexamples.size(); ++i) {
    EXPECT_EQ(a.counterexamples[i].subject, b.counterexamples[i].subject);
    EXPECT_EQ(a.counterexamples[i].scalar, b.counterexamples[i].scalar);
    EXPECT_EQ(a.counterexamples[i].case_number, b.counterexamples[i].case_number);
    EXPECT_EQ(a.counterexamples[i].drawn, b.counterexamples[i].drawn);
    EXPECT_EQ(a.counterexamples[i].readable, b.counterexamples[i].readable);
    EXPECT_EQ(a.counterexamples[i].shrinks, b.counterexamples[i].shrinks);
  }
}

TEST(Engine, FindsTheSameFirstFailureAndShrinkForAnyNumberOfThreads) {
  const Fixture fixture{.law = law_about_numbers([](int n, const Subject& subject, Scalar) {
                          return wrong_from(n, subject.name == "left" ? 300 : 700);
                        })};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RunResult alone = run(fixture.plan(200, 1, seed));
    expect_equal(alone, run(fixture.plan(200, 2, seed)));
    expect_equal(alone, run(fixture.plan(200, 7, seed)));
  }
}

TEST(Engine, DrawsDifferentCasesForDifferentLawsSeedsAndNumbers) {
  std::set<std::string> drawn;
  int all = 0;
  for (const char* law : {"attention-agrees", "pullback-agrees", "layouts-agree"}) {
    for (const std::uint64_t seed : {1, 2, 100}) {
      for (int number = 0; number < 40; ++number) {
        drawn.insert(NumberedCase(laws::find_law(law), seed, number).draw(0)->readable());
        ++all;
      }
    }
  }
  EXPECT_GE(static_cast<int>(drawn.size()), all - 2)
      << "except for coincidences among the smallest";
}

TEST(Engine, DrawsTheSameCaseAgain) {
  const Law& law = laws::find_law("gradient-agrees");
  const auto drawn = [&] { return NumberedCase(law, 7, 13).draw(2)->readable(); };
  EXPECT_EQ(drawn(), drawn());
}

TEST(Engine, UsesEverySizeOnceInTwentyCases) {
  std::set<int> places;
  for (int number = 40; number < 40 + stratified_sizes; ++number) {
    EXPECT_EQ(place_of(stratified_size(number)), number % stratified_sizes);
    places.insert(place_of(stratified_size(number)));
  }
  EXPECT_EQ(places.size(), 20U);
  EXPECT_EQ(place_of(1), 0);
}

TEST(Engine, ShrinksToTheSmallestWrongCase) {
  const Fixture fixture{
      .law = law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 57); })};
  const RunResult result = run(fixture.plan(100, 2));
  ASSERT_EQ(result.counterexamples.size(), 2U);
  EXPECT_EQ(result.counterexamples[0].readable, "57");
  EXPECT_EQ(result.counterexamples[0].finding.worst.error, 57.0);
  EXPECT_EQ(result.counterexamples[0].file.text("n"), "57");
  EXPECT_EQ(result.counterexamples[0].file.text("law"), "about-numbers");
  EXPECT_EQ(result.counterexamples[0].file.text("subject"), "left");
  EXPECT_EQ(result.counterexamples[0].scalar, Scalar::digits50) << "the most exact one is reported";
  EXPECT_FALSE(result.holds());
}

TEST(Engine, AccountsForEveryCase) {
  const Fixture fixture{.law = law_about_numbers([](int n, const Subject&, Scalar) {
                          return n % 3 == 0 ? skipped("divisible by three") : wrong_from(n, 900);
                        })};
  const RunResult result = run(fixture.plan(500, 2));
  for (const Verdict& verdict : result.verdicts) {
    const Tally& tally = verdict.tally;
    EXPECT_EQ(tally.executed() + tally.skipped_in_all() + tally.not_run, 500);
    EXPECT_GT(tally.skipped.at("divisible by three"), 0);
    EXPECT_EQ(tally.wrong, 1) << "counting stops at the first wrong case";
    EXPECT_GT(tally.not_run, 0);
  }
}

TEST(Engine, RejectsAResultThatDiffersFromThePlan) {
  Fixture fixture{
      .law = law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 2000); })};
  fixture.law.share = 2;
  fixture.law.one_in_digits50 = 3;
  const RunPlan plan = fixture.plan(10, 1);
  const RunResult result = run(plan);
  EXPECT_EQ(result.verdicts[0].tally.cases, 20) << "in float32";
  EXPECT_EQ(result.verdicts[1].tally.cases, 7) << "in 50 digits";
  EXPECT_NO_THROW(require_accounted(plan, result));
  const auto changed = [&](const std::function<void(RunResult&)>& change) {
    RunResult other = result;
    change(other);
    return other;
  };
  for (const RunResult& different :
       {changed([](RunResult& other) { other.verdicts.pop_back(); }),
        changed([](RunResult& other) { other.verdicts.erase(other.verdicts.begin()); }),
        changed([](RunResult& other) { other.verdicts.push_back(other.verdicts.back()); }),
        changed([](RunResult& other) { --other.verdicts[0].tally.passed; }),
        changed([](RunResult& other) {
          --other.verdicts[0].tally.passed;
          --other.verdicts[0].tally.cases;
        }),
        changed([](RunResult& other) { ++other.verdicts[2].tally.not_run; })}) {
    EXPECT_THROW(require_accounted(plan, different), std::logic_error);
  }
}

TEST(Engine, RunsFewMoreCasesOfASubjectThatHangs) {
  std::atomic<int> asked{0};
  const auto hangs = [&](int, const Subject& subject, Scalar) -> Finding {
    if (subject.name == "right") return wrong_from(0, 1);
    ++asked;
    throw SubjectError("did not answer", Failure::hang);
  };
  const Fixture fixture{.law = law_about_numbers(hangs)};
  RunPlan plan = fixture.plan(50, 1);
  plan.laws = {&fixture.law, &fixture.law, &fixture.law};
  const RunResult result = run(plan);
  EXPECT_LE(asked, 3 + 1 + 6) << "one of each law, and the shrinking of the first";
  ASSERT_EQ(result.counterexamples.size(), 3U);
  EXPECT_EQ(result.counterexamples[2].shrinks, 0);
  EXPECT_EQ(result.counterexamples[2].readable, result.counterexamples[2].drawn);
  EXPECT_EQ(result.counterexamples[2].file.text("law"), "about-numbers");
  for (const Verdict& verdict : result.verdicts) {
    const Tally& tally = verdict.tally;
    EXPECT_EQ(tally.executed() + tally.not_run, 50);
    EXPECT_EQ(verdict.holds(), verdict.subject == "right");
    const bool hung = verdict.subject == "left" && verdict.scalar == Scalar::float32;
    EXPECT_EQ(tally.wrong, hung ? 1 : 0) << "the other scalar was not run";
  }
  plan.threads = 7;
  expect_equal(result, run(plan));
}

// Otherwise the time of the last laws is unknown until they begin.
TEST(Engine, AnnouncesEveryLawAndLetsAllAdvanceTogether) {
  const Fixture fixture{
      law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 1000); })};
  Law cheap = fixture.law;
  cheap.name = "cheap";
  cheap.share = 10;
  RunPlan plan = fixture.plan(20, 1);
  plan.laws = {&fixture.law, &cheap};
  std::vector<std::string> announced;
  double least = 0.0;
  double most_apart = 0.0;
  std::map<std::string, double> progress;
  run(plan, [&](const Law& law, int done, int planned) {
    if (done == 0) announced.push_back(law.name);
    progress[law.name] = static_cast<double>(done) / planned;
    least = std::min(progress["about-numbers"], progress["cheap"]);
    most_apart = std::max(most_apart, progress[law.name] - least);
  });
  EXPECT_EQ(announced, (std::vector<std::string>{"about-numbers", "cheap"}));
  EXPECT_EQ(least, 1.0);
  EXPECT_LE(most_apart, 0.1);
}

TEST(Engine, FailsALawThatExecutesNothing) {
  const Fixture fixture{
      .law = law_about_numbers([](int, const Subject&, Scalar) { return skipped("never"); })};
  const RunResult result = run(fixture.plan(10, 1));
  EXPECT_EQ(result.idle_laws(), std::vector<std::string>{"about-numbers"});
  EXPECT_FALSE(result.holds());
}

TEST(Engine, ExcusesASubjectThatClaimsNothingButFailsIfNoSubjectClaimsAnything) {
  const Fixture fixture{.law = law_about_numbers([](int n, const Subject& subject, Scalar) {
                          return subject.name == "left" ? not_claimed("this") : wrong_from(n, 1000);
                        })};
  const RunResult result = run(fixture.plan(10, 1));
  EXPECT_TRUE(result.holds());
  EXPECT_TRUE(result.verdicts[0].unclaimed());
  EXPECT_EQ(result.verdicts[0].tally.skipped_in_all(), 10);

  const Fixture nobody{
      .law = law_about_numbers([](int, const Subject&, Scalar) { return not_claimed("nobody"); })};
  const RunResult nothing = run(nobody.plan(10, 1));
  EXPECT_FALSE(nothing.holds());
  EXPECT_EQ(nothing.shortfalls(), std::vector<std::string>{"nothing was executed"});

  RunPlan both = nobody.plan(10, 1);
  both.laws.push_back(&fixture.law);
  const RunResult one_claimed = run(both);
  EXPECT_TRUE(one_claimed.holds())
      << "a law that no subject claims is not idle if another law holds";
  EXPECT_TRUE(one_claimed.idle_laws().empty());
}

TEST(Engine, DoesNotFailASubjectForSkippedCasesThatItDoesNotClaim) {
  const auto unclaimed_by_left = [](const Subject& subject) -> std::string {
    return subject.name == "left" ? "this" : "";
  };
  const auto check = [&](int, const Subject& subject, Scalar) {
    std::string reason = unclaimed_by_left(subject);
    return reason.empty() ? wrong_from(0, 1) : not_claimed(reason);
  };
  const Fixture never_usable{
      .law = law_about_numbers(
          check, [](int, Scalar) { return "overflows"; }, unclaimed_by_left)};
  RunPlan plan = never_usable.plan(10, 1);
  const RunResult skipped = run(plan);
  EXPECT_TRUE(skipped.verdicts[0].unclaimed())
      << "the cases cannot be judged, and the subject claims none";
  EXPECT_TRUE(skipped.verdicts[0].holds());
  EXPECT_FALSE(skipped.verdicts[2].holds()) << "a subject that claims it executed nothing";
  // One case of ten is unusable in every draw.
  const auto calls = std::make_shared<int>(0);
  const Fixture once{.law = law_about_numbers(
                         check, [calls](int, Scalar) { return ++*calls <= 50 ? "overflows" : ""; },
                         unclaimed_by_left)};
  plan = once.plan(10, 1);
  plan.subjects = {&once.left};
  plan.scalars = {Scalar::float32};
  EXPECT_TRUE(run(plan).verdicts[0].unclaimed());
}

TEST(Engine, FailsASubjectThatRunsOnlyLawsOfTheProtocol) {
  const auto held = [](int, const Subject&, Scalar) { return wrong_from(0, 1); };
  Fixture protocol{.law = law_about_numbers(held)};
  protocol.law.name = "spoken-to";
  protocol.law.judges_answers = false;
  const Fixture other{.law = law_about_numbers([](int, const Subject& subject, Scalar) {
                        return subject.name == "left" ? not_claimed("this") : wrong_from(0, 1);
                      })};
  RunPlan plan = protocol.plan(3, 1);
  EXPECT_TRUE(run(plan).holds()) << "no other law was run";
  plan.laws.push_back(&other.law);
  const RunResult result = run(plan);
  EXPECT_EQ(result.idle_subjects(), std::vector<std::string>{"left"});
  EXPECT_FALSE(result.holds());
  ASSERT_EQ(result.shortfalls().size(), 1U);
  EXPECT_EQ(result.shortfalls()[0].find("subject left executed no law that judges"), 0U);
}

TEST(Engine, KeepsAFailureThatDoesNotRecur) {
  std::atomic<bool> failed = false;
  const Fixture fixture{.law = law_about_numbers([&](int, const Subject& subject, Scalar) {
                          const bool first = subject.name == "left" && !failed.exchange(true);
                          return wrong_from(first ? 1 : 0, 1);
                        })};
  const RunResult result = run(fixture.plan(5, 1));
  ASSERT_EQ(result.counterexamples.size(), 1U);
  const Finding& kept = result.counterexamples[0].finding;
  EXPECT_EQ(kept.outcome, Outcome::wrong);
  EXPECT_EQ(kept.worst.error, 1.0);
  EXPECT_EQ(kept.note, "did so once, but not when it ran again");
}

TEST(Engine, RedrawsAndCountsCasesThatCannotBeJudgedInAScalar) {
  const Fixture fixture{
      .law = law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 1000); },
                               [](int n, Scalar scalar) {
                                 return scalar == Scalar::float32 && n % 2 == 1 ? "odd" : "";
                               })};
  const RunResult result = run(fixture.plan(100, 2));
  EXPECT_TRUE(result.holds());
  EXPECT_GT(result.verdicts[0].tally.redrawn, 20) << "float32";
  EXPECT_EQ(result.verdicts[1].tally.redrawn, 0) << "digits50 takes the first draw";
  EXPECT_EQ(result.verdicts[0].tally.executed(), 100);
}

/// A trial that float32 accepts at its third draw and float64 at its fifth.
class CountedTrial final : public Trial {
 public:
  explicit CountedTrial(int attempt) : attempt_(attempt) {
    most_alive = std::max(most_alive, ++alive);
  }
  ~CountedTrial() override { --alive; }
  CountedTrial(const CountedTrial&) = delete;
  CountedTrial& operator=(const CountedTrial&) = delete;
  std::string unusable(Scalar scalar) override {
    return attempt_ >= (scalar == Scalar::float32 ? 2 : 4) ? "" : "too narrow";
  }
  Finding check(const Subject& /*subject*/, Scalar /*scalar*/) override { return {}; }
  [[nodiscard]] CaseFile file() const override { return {}; }

  static inline int alive = 0;
  static inline int most_alive = 0;

 private:
  int attempt_;
};

class CountedDraw final : public Draw {
 public:
  explicit CountedDraw(int attempt) : attempt_(attempt) {}
  [[nodiscard]] std::string readable() const override { return {}; }
  [[nodiscard]] std::unique_ptr<Trial> trial() const override {
    return std::make_unique<CountedTrial>(attempt_);
  }
  [[nodiscard]] Shrinks shrinks() const override { return {}; }

 private:
  int attempt_;
};

TEST(Engine, KeepsNoRejectedDraw) {
  Law law;
  law.name = "rejects";
  law.draw = [](std::uint64_t, int attempt, const CaseShape&) {
    return std::make_unique<CountedDraw>(attempt);
  };
  NumberedCase numbered(law, 1, 0);
  const Trial* in_float32 = numbered.usable(Scalar::float32).trial;
  EXPECT_EQ(numbered.usable(Scalar::float32).attempt, 2);
  EXPECT_EQ(numbered.usable(Scalar::float64).attempt, 4);
  EXPECT_EQ(numbered.usable(Scalar::float32).trial, in_float32) << "its truth is computed once";
  EXPECT_EQ(numbered.usable(Scalar::float64).reason, "too narrow");
  EXPECT_EQ(CountedTrial::alive, 2);
  EXPECT_EQ(CountedTrial::most_alive, 2);
}

TEST(Engine, SkipsACaseThatNoDrawMakesUsable) {
  const Fixture fixture{
      .law = law_about_numbers([](int n, const Subject&, Scalar) { return wrong_from(n, 0); },
                               [](int, Scalar) { return "too narrow"; })};
  const RunResult result = run(fixture.plan(3, 1));
  EXPECT_EQ(result.verdicts[0].tally.skipped.at("too narrow"), 3);
  EXPECT_FALSE(result.holds());
}

TEST(Engine, RethrowsExceptionsOfTheHarness) {
  const Fixture fixture{
      .law = law_about_numbers([](int, const Subject&, Scalar) { return skipped(""); },
                               [](int n, Scalar) -> std::string {
                                 if (n > 100) throw std::runtime_error("truth failed");
                                 return {};
                               })};
  EXPECT_THROW(run(fixture.plan(50, 2)), std::runtime_error);
  EXPECT_THROW(run(fixture.plan(0, 1)), ContractError);
  EXPECT_THROW(run(fixture.plan(1, 0)), ContractError);
}

}  // namespace
}  // namespace slim::properties
