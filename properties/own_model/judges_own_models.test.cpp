// SPDX-License-Identifier: Apache-2.0
// Wrong gradients of models of their own architecture that a run must not pass: in float32 alone,
// beyond short sequences and slices, and where nothing can be judged.

#include "properties/engine/engine.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/report/coverage_in_words.hpp"
#include "properties/report/expectation.hpp"
#include "properties/report/level.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace slim::properties::own_model {
namespace {

/// Lines of Python that make the gradient of MeanOfPrefix wrong.
struct WrongLines {
  std::string carried{};  ///< before the rows' gradients are summed: changes `carried`
  std::string sums{};     ///< after that: changes dU, dW or loss
};

/// Logits W[x_l] + mean over j ≤ l of U[x_j], with its own pullback.
foreign::ForeignSubject mean_of_prefix(const std::string& declared, const WrongLines& lines = {}) {
  const auto line = [](const std::string& code) { return "    " + code + "\n"; };
  const std::string program =
      "import numpy as np\nfrom slim_subject import own_function, serve\n"
      "rng = np.random.default_rng(0)\n"
      "P = {k: rng.standard_normal((5, 5)) for k in (\"W\", \"U\")}\n"
      "@own_function(P, 5, " +
      declared +
      ", name=\"mean\", sliced=True, logits=True)\n"
      "def model(p, tokens, mask, chunk):\n"
      "    W, U = p[\"W\"], p[\"U\"]\n"
      "    x, y = tokens[:, :-1], tokens[:, 1:]\n"
      "    L = x.shape[1]\n"
      "    rows = np.arange(1, L + 1, dtype=W.dtype)[None, :, None]\n"
      "    logits = W[x] + np.cumsum(U[x], 1) / rows\n"
      "    s = logits - logits.max(-1, keepdims=True)\n"
      "    log_p = s - np.log(np.exp(s).sum(-1, keepdims=True))\n"
      "    part = mask / mask.sum()\n"
      "    loss = -(np.take_along_axis(log_p, y[..., None], -1)[..., 0] * part).sum()\n"
      "    d = (np.exp(log_p) - np.eye(5, dtype=W.dtype)[y]) * part[..., None]\n"
      "    carried = d / rows\n" +
      line(lines.carried.empty() ? "pass" : lines.carried) +
      "    dU, dW = np.zeros_like(U), np.zeros_like(W)\n"
      "    np.add.at(dU, x, np.cumsum(carried[:, ::-1], 1)[:, ::-1])\n"
      "    np.add.at(dW, x, d)\n" +
      line(lines.sums.empty() ? "pass" : lines.sums) +
      "    return loss, {\"W\": dW, \"U\": dU}, logits\nserve()\n";
  return foreign::open_subject(foreign::program_door("PYTHONPATH=" + foreign::folder +
                                                     " exec " SLIM_PYTHON " -c '" + program + "'"),
                               {.deadline_s = 60.0});
}

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
