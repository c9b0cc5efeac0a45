// SPDX-License-Identifier: Apache-2.0
// Wrong gradients of models of their own architecture that a run must not pass: in float32 alone,
// beyond short sequences and slices, and where nothing can be judged.

#include "properties/engine/engine.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/own_model/mean_of_prefix.test.hpp"
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/expectation.hpp"
#include "properties/report/level.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties::own_model {
namespace {

/// Runs laws of a subject in the scalars that it declares, with designed cases or without.
struct OwnRun {
  foreign::ForeignSubject subject;
  std::vector<Law> laws;
  RunPlan plan{};
  RunResult result{};

  OwnRun(foreign::ForeignSubject of, const std::vector<std::string>& names, bool covers_sizes,
         int cases = 6)
      : subject(std::move(of)), laws(own_laws(subject)) {
    if (!names.empty()) {
      std::erase_if(
          laws, [&](const Law& law) { return std::ranges::find(names, law.name) == names.end(); });
    }
    plan = {.laws = {},
            .subjects = {&subject.subject},
            .scalars = subject.declaration.scalars,
            .cases = cases,
            .threads = 2,
            .shrinks = false,
            .covers_sizes = covers_sizes,
            .requires_sizes = names.empty()};
    for (const Law& law : laws) plan.laws.push_back(&law);
    result = run(plan);
  }
  [[nodiscard]] int wrong(const std::string& law) const {
    int sum = 0;
    for (const Verdict& verdict : result.verdicts) {
      if (verdict.law == law) sum += verdict.tally.wrong;
    }
    return sum;
  }
  [[nodiscard]] LevelVerdict level(Level of) const {
    return level_verdicts(result).at(static_cast<std::size_t>(of));
  }
};

const std::string of_600_rows = "600";
const std::string in_float32_alone = "64, dtypes=[\"float32\"]";

class JudgesOwnModels : public testing::Test {
  void SetUp() override {
    if (!foreign::has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  }
};

TEST_F(JudgesOwnModels, InFloat32AloneByTheirSlopes) {
  const OwnRun correct(mean_of_prefix(in_float32_alone), {}, false, 12);
  EXPECT_TRUE(correct.result.holds());
  for (const std::string& line : correct.result.shortfalls()) ADD_FAILURE() << line;
  EXPECT_EQ(correct.level(Level::gradient).standing, LevelVerdict::Standing::holds)
      << in_words(correct.level(Level::gradient));
  for (const char* fault : {"dU *= 0", "dW *= 0", "dU *= 0.5", "dU *= -1", "dW *= 2",
                            "dU, dW = dU * 0, dW * 0", "dU = dU * 0 + 7"}) {
    const OwnRun faulty(mean_of_prefix(in_float32_alone, {.sums = fault}), {"own-slope-of-loss"},
                        false);
    EXPECT_GT(faulty.wrong("own-slope-of-loss"), 0) << fault;
  }
}

TEST_F(JudgesOwnModels, InSlicesInFloat32AloneByTheirSlopes) {
  const OwnRun faulty(mean_of_prefix(in_float32_alone, {.sums = "dU *= 0.5 if chunk else 1"}),
                      {"own-slope-of-sliced-loss"}, false);
  EXPECT_GT(faulty.wrong("own-slope-of-sliced-loss"), 0);
}

/// Targets that are equal to their token have a loss of 1e-8 to 1e-26, as in models with tied
/// embeddings: changes of it, and differences in their gradient, are rounded away.
TEST_F(JudgesOwnModels, WithoutFalseAlarmWhereThePredictionIsAlmostCertain) {
  const OwnRun correct(mean_of_prefix("24", {}, "30 * np.eye(5)"), {}, false, 60);
  for (const Verdict& verdict : correct.result.verdicts) {
    EXPECT_EQ(verdict.tally.wrong + verdict.tally.suspect, 0)
        << verdict.law << " " << verdict.tally.worst.tensor;
  }
}

TEST_F(JudgesOwnModels, NotWhoseLossIsConstant) {
  for (const char* loss : {"1", "0"}) {
    const OwnRun constant(
        mean_of_prefix("64",
                       {.sums = std::string("dU, dW, loss = dU * 0, dW * 0, loss * 0 + ") + loss}),
        {}, false, 12);
    EXPECT_FALSE(constant.result.holds());
    const std::vector<std::string> shortfalls = constant.result.shortfalls();
    EXPECT_TRUE(std::ranges::any_of(shortfalls, [](const std::string& line) {
      return line.starts_with(
          "slope along all parameters of subject foreign/mean was never judged");
    }));
    EXPECT_EQ(constant.level(Level::gradient).standing, LevelVerdict::Standing::slope_not_judged);
    const std::string words = in_words(constant.level(Level::gradient));
    EXPECT_NE(words.find("; slope not judged along U, W, all parameters"), std::string::npos)
        << words;
  }
}

TEST_F(JudgesOwnModels, NotByAParameterThatDoesNothing) {
  const std::string unused = "64, not_slope=[\"W\"]";
  const OwnRun of(mean_of_prefix(unused, {.carried = "d[:] = carried[:] = 0",
                                          .sums = "loss = loss * 0 + (W ** 2).sum()"}),
                  {}, false, 12);
  EXPECT_FALSE(of.result.holds()) << "only W changes the loss, and its slope is not claimed";
}

TEST_F(JudgesOwnModels, NotByRepeatedCallsAlone) {
  const foreign::ForeignSubject subject = mean_of_prefix("64");
  for (const Law& law : own_laws(subject)) {
    EXPECT_EQ(law.judges_answers, law.name != "own-calls-independent") << law.name;
  }
}

TEST_F(JudgesOwnModels, OnLongSequences) {
  const OwnRun faulty(mean_of_prefix(of_600_rows, {.carried = "carried[:, 24:] *= 0"}),
                      {"own-slope-of-loss"}, true, 1);
  EXPECT_GT(faulty.wrong("own-slope-of-loss"), 0);
  const OwnRun later(mean_of_prefix(of_600_rows, {.carried = "carried[:, 200:] *= 0"}),
                     {"own-slope-of-loss"}, true, 1);
  EXPECT_GT(later.wrong("own-slope-of-loss"), 0);
}

TEST_F(JudgesOwnModels, InLongSlices) {
  const std::string wrong =
      "chunk = chunk or L; carried[:, chunk - 1::chunk] *= 0 if 9 <= chunk < L else 1";
  const OwnRun faulty(mean_of_prefix(of_600_rows, {.carried = wrong}),
                      {"own-slices-agree", "own-slope-of-sliced-loss"}, true, 1);
  EXPECT_GT(faulty.wrong("own-slices-agree"), 0);
  EXPECT_GT(faulty.wrong("own-slope-of-sliced-loss"), 0);
}

TEST_F(JudgesOwnModels, AndPrintsTheirSizes) {
  const OwnRun of(mean_of_prefix(of_600_rows), {}, true, 2);
  for (const std::string& line : of.result.shortfalls()) ADD_FAILURE() << line;
  EXPECT_TRUE(of.result.holds());
  const std::vector<std::string> lines = sizes_in_words(of.plan, of.result);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.front().find("sizes of task own_model: L "), 0U) << lines.front();
  EXPECT_EQ(lines.front().find("not covered"), std::string::npos) << lines.front();
  for (const char* size : {" to 25", ", C ", " to 12", ", B 1 to 3; "}) {
    EXPECT_NE(lines.front().find(size), std::string::npos) << lines.front();
  }
}

/// The designed cases of a law in words.
std::vector<std::string> designed(const Law& law) {
  std::vector<std::string> words;
  for (int row = 0; row < law.designed(); ++row) {
    words.push_back(law.draw(1, 0, CaseShape(row, 1))->readable());
  }
  return words;
}

TEST_F(JudgesOwnModels, OfLengthsThatTheUserAdds) {
  const foreign::ForeignSubject subject = mean_of_prefix(of_600_rows);
  for (const Index length : {64, 100, 600}) {
    const std::vector<Law> laws = own_laws(subject, {.lengths = {length}});
    const std::vector<std::string> words = designed(laws.front());
    EXPECT_EQ(words.back().find("L=" + std::to_string(length) + " "), 0U) << words.back();
  }
  EXPECT_THROW(own_laws(subject, {.lengths = {601}}), ContractError);
  EXPECT_THROW(own_laws(subject, {.head_widths = {8}}), ContractError);
}

TEST_F(JudgesOwnModels, UpToTheLongestLengthThatTheyDeclare) {
  for (const auto& [longest, rows] :
       {std::pair{"1", 1U}, {"9", 1U}, {"16", 2U}, {"50", 5U}, {"64", 6U}, {"257", 10U}}) {
    const foreign::ForeignSubject subject = mean_of_prefix(longest);
    const std::vector<std::string> words = designed(own_laws(subject).front());
    EXPECT_EQ(words.size(), rows) << longest;
    for (const std::string& of : words) {
      EXPECT_LE(std::stoi(of.substr(2)), std::stoi(longest)) << of;
    }
  }
}

}  // namespace
}  // namespace slim::properties::own_model
