// SPDX-License-Identifier: Apache-2.0
// The examples hold; each fault of the example in PyTorch fails, is described, and replays.

#include "properties/engine/engine.hpp"
#include "properties/own_model/deviation.hpp"
#include "properties/own_model/laws.hpp"
#include "properties/own_model/pattern.hpp"
#include "properties/report/level.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace slim::properties::own_model {
namespace {

foreign::ForeignSubject example(const std::string& program) {
  return foreign::open_subject(foreign::program_door("PYTHONPATH=" + foreign::folder +
                                                     " exec " SLIM_PYTHON " " SLIM_SOURCE_DIR
                                                     "/properties/own_model/examples/" +
                                                     program),
                               {.deadline_s = 60.0});
}

RunResult run_own_laws(const foreign::ForeignSubject& subject, const std::vector<Law>& laws,
                       int cases) {
  RunPlan plan{.laws = {},
               .subjects = {&subject.subject},
               .scalars = {Scalar::float32, Scalar::float64},
               .cases = cases,
               .threads = 2};
  for (const Law& law : laws) plan.laws.push_back(&law);
  return run(plan);
}

void expect_holds(const std::string& program, const std::vector<std::string>& unclaimed) {
  const foreign::ForeignSubject subject = example(program);
  const RunResult result = run_own_laws(subject, own_laws(subject), 6);
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict) << " "
                                 << verdict.tally.worst.tensor;
    const bool in_other_scalar = verdict.law == "own-float32-agrees";
    const bool is_known = std::ranges::find(unclaimed, verdict.law) != unclaimed.end();
    EXPECT_TRUE(verdict.unclaimed() == is_known || in_other_scalar) << verdict.law;
  }
}

/// In float32 alone, the slopes of the loss are all that judges a gradient.
void expect_holds_in_float32(const std::string& program) {
  const foreign::ForeignSubject subject = example(program);
  const std::vector<Law> laws = own_laws(subject);
  RunPlan plan{.laws = {},
               .subjects = {&subject.subject},
               .scalars = {Scalar::float32},
               .cases = 20,
               .threads = 2};
  for (const Law& law : laws) {
    if (law.name.find("slope") != std::string::npos) plan.laws.push_back(&law);
  }
  const RunResult result = run(plan);
  EXPECT_TRUE(result.holds());
  for (const std::string& line : result.shortfalls()) ADD_FAILURE() << line;
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_LE(verdict.tally.suspect, 0) << verdict.law << " " << verdict.tally.worst.tensor;
  }
}

TEST(OwnModel, ExamplesHoldInFloat32) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_holds_in_float32("own_performer.py");
  expect_holds_in_float32("own_numpy.py");
}

TEST(OwnModel, ExampleInPyTorchHolds) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_holds("own_performer.py", {"own-resumes"});
}

TEST(OwnModel, ExampleInNumpyHolds) {
  if (!foreign::has_module("numpy")) GTEST_SKIP() << "python3-numpy is not installed";
  expect_holds("own_numpy.py", {"own-resumes", "own-slices-agree", "own-slope-of-sliced-loss",
                                "own-batches-add", "own-batch-order-does-not-matter"});
}

struct OwnFault {
  const char* name;
  const char* described;
};

class OwnFaults : public testing::TestWithParam<OwnFault> {};

TEST_P(OwnFaults, AreFlaggedAndDescribedAndReplay) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject subject =
      example(std::string("own_performer.py ") + GetParam().name);
  std::vector<Law> laws = own_laws(subject);
  std::erase_if(laws, [](const Law& law) {
    return law.name != "own-slices-agree" && law.name != "own-slope-of-loss";
  });
  const RunResult result = run_own_laws(subject, laws, 6);
  ASSERT_FALSE(result.counterexamples.empty());
  const Counterexample& found = result.counterexamples.front();
  const auto law = std::ranges::find(laws, found.law, &Law::name);
  const Finding again = check_safely(*law->load(found.file), subject.subject, found.scalar);
  EXPECT_EQ(again.outcome, Outcome::wrong);
  EXPECT_EQ(again.worst.error, found.finding.worst.error);
  const std::vector<std::string> words = described_by_pattern(subject, result.counterexamples);
  ASSERT_FALSE(words.empty());
  EXPECT_NE(words.front().find(GetParam().described), std::string::npos) << words.front();
}

INSTANTIATE_TEST_SUITE_P(
    Each, OwnFaults,
    testing::Values(OwnFault{"detached", "a detached part"},
                    OwnFault{"last-row-lost", "the last row before each cut is lost"},
                    OwnFault{"position-restarts", "a wrong state or position, although"},
                    OwnFault{"normalised-per-slice", "normalised per slice"},
                    OwnFault{"state-lost", "nothing crosses from slice to slice"},
                    OwnFault{"first-slice-skipped", "skips the first slice"},
                    OwnFault{"second-sweep-positions", "the second sweep"},
                    OwnFault{"carried-lost", "is carried from slice to slice"}),
    [](const auto& of) {
      std::string name = of.param.name;
      std::ranges::replace(name, '-', '_');
      return name;
    });

/// A model with this body of forward(tokens) in place of a correct one, and these declarations.
foreign::ForeignSubject model_with(const std::string& forward, const std::string& declared = "") {
  const std::string program =
      "import torch\nfrom slim_subject import own_model, serve\n"
      "class Model(torch.nn.Module):\n"
      "  def __init__(self):\n    super().__init__()\n    self.embed = torch.nn.Embedding(5, 4)\n"
      "    self.out = torch.nn.Linear(4, 5)\n"
      "    for p in self.parameters(): torch.nn.init.zeros_(p)\n"
      "  def forward(self, tokens):\n    x = self.embed(tokens)\n" +
      forward + "    return self.out(x.cumsum(1))\nown_model(Model, vocab=5, longest=20" +
      declared + ")\nserve()\n";
  return foreign::open_subject(foreign::program_door("PYTHONPATH=" + foreign::folder +
                                                     " exec " SLIM_PYTHON " -c '" + program + "'"),
                               {});
}

TEST(OwnModel, WithParametersOfZerosHolds) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject subject = model_with("");
  const RunResult result = run_own_laws(subject, own_laws(subject), 6);
  EXPECT_TRUE(result.holds());
  for (const Verdict& verdict : result.verdicts) {
    for (const auto& [reason, number] : verdict.tally.skipped) {
      EXPECT_EQ(reason.find(unclaimed_opening), reason.rfind(unclaimed_opening)) << reason;
    }
  }
}

TEST(OwnModel, WithGradientsThatAreNotFiniteFailsEveryLawOfGradients) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject subject = model_with("    x = x + (0 * x).sqrt()\n");
  const RunResult result = run_own_laws(subject, own_laws(subject), 3);
  int failed = 0;
  for (const Verdict& verdict : result.verdicts) {
    if (verdict.tally.executed() == 0) continue;
    EXPECT_GT(verdict.tally.wrong, 0) << verdict.law;
    ++failed;
  }
  EXPECT_GT(failed, 5);
  EXPECT_EQ(described_by_pattern(subject, result.counterexamples).front(),
            "pattern: its answers are not finite");
}

TEST(OwnModel, IsWrongWhereABoundIsNotFinite) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject foreign = model_with("");
  const OwnSubject subject(foreign);
  Deviation allowed;
  allowed.unit = 0x1p-53;
  for (const double bound : {HUGE_VAL, std::nan("")}) {
    Comparison comparison(subject, allowed);
    comparison.error("loss", 0.0, 1.0);
    comparison.error("slope", 1.0, bound);
    EXPECT_EQ(comparison.finding().outcome, Outcome::wrong) << bound;
  }
}

/// Without a module: a function from tensors to a loss, one name for two uses of the embedding.
TEST(OwnModel, AsAFunctionInPyTorchIsJudged) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const bool is_faulty : {false, true}) {
    const std::string program =
        "import torch\nfrom slim_subject import own_function, serve\n"
        "start = {\"E\": torch.randn(5, 4, generator=torch.manual_seed(0)), \"A\": torch.ones(4)}\n"
        "@own_function(start, 5, 20, framework=\"torch\", logits=True)\n"
        "def model(p, tokens, mask, chunk):\n"
        "    x = p[\"E\"][tokens[:, :-1]]\n"
        "    head = p[\"E\"]" +
        std::string(is_faulty ? ".detach()" : "") +
        "\n"
        "    logits = (x * p[\"A\"]).cumsum(1) @ head.T\n"
        "    each = torch.nn.functional.cross_entropy(logits.transpose(1, 2), tokens[:, 1:], "
        "reduction=\"none\")\n"
        "    return (each * mask).sum() / mask.sum(), logits\nserve()\n";
    const foreign::ForeignSubject subject =
        foreign::open_subject(foreign::program_door("PYTHONPATH=" + foreign::folder +
                                                    " exec " SLIM_PYTHON " -c '" + program + "'"),
                              {});
    EXPECT_EQ(run_own_laws(subject, own_laws(subject), 6).holds(), !is_faulty);
  }
}

/// PyTorch sets the gradient of the row of padding to 0, which is no slope of the loss.
TEST(OwnModel, WithATokenForPaddingHolds) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject subject =
      model_with("    x = torch.nn.functional.embedding(tokens, self.embed.weight, 2)\n",
                 ", padding=2, name=\"padded\"");
  const RunResult result = run_own_laws(subject, own_laws(subject), 6);
  EXPECT_TRUE(result.holds());
  ASSERT_EQ(subject.subject.weakening.size(), 1U);
  EXPECT_EQ(subject.subject.weakening.front(), "token 2 only as padding at the end of sequences");
}

TEST(OwnModel, ThatDeclaresGradientsThatAreNoSlopesSaysSo) {
  if (!foreign::has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const foreign::ForeignSubject subject =
      model_with("", ", not_slope=[\"embed.weight\", \"out.weight\"]");
  ASSERT_EQ(subject.subject.weakening.size(), 1U);
  EXPECT_EQ(subject.subject.weakening.front(),
            "gradients that are no slopes of the loss: embed.weight, out.weight");
  std::vector<Law> laws = own_laws(subject);
  std::erase_if(laws, [](const Law& law) { return law.name != "own-slope-of-loss"; });
  const RunResult result = run_own_laws(subject, laws, 3);
  EXPECT_TRUE(result.holds());
  const LevelVerdict level = level_verdicts(result).at(static_cast<std::size_t>(Level::gradient));
  EXPECT_EQ(level.standing, LevelVerdict::Standing::slope_not_judged);
  EXPECT_NE(in_words(level).find("slope not judged along embed.weight, out.weight"),
            std::string::npos);
}

TEST(OwnModel, EveryLawHasALevel) {
  for (const std::string& name : names_of_own_laws()) EXPECT_TRUE(level_of(name)) << name;
}

std::string refusal_of(const std::string& own_model) {
  try {
    foreign::parse_declaration(R"({"protocol": 1, "name": "x", "tasks": ["own_model"])" +
                               own_model + "}");
  } catch (const ContractError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(OwnModel, DeclarationsAreRefusedWithAReason) {
  const std::string sizes = R"("vocab": 5, "longest": 8)";
  EXPECT_EQ(refusal_of(R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2, 3]}})"),
            "accepted");
  const std::vector<std::pair<std::string, std::string>> refused = {
      {"", "needs the field 'own_model'"},
      {R"(, "own_model": {"parameters": {"w": [2]}})", "'vocab' and 'longest'"},
      {R"(, "own_model": {)" + sizes + "}", "{name: shape} that is not empty"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [0]}})", "has the size 0"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2]}, "padding": 5})",
       "must be one of the tokens 0 to 4"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [4096, 4096]}})",
       "declare a smaller model"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2]}, "not_slope": ["v"]})",
       "names 'v', which is no parameter"},
      {R"(, "own_model": {)" + sizes +
           R"(, "parameters": {"w": [2], "v": [3]}, "not_slope": ["v", "w"]})",
       "names every parameter, so that nothing would judge the gradient"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2]}, "random": "often"})",
       "allowed are none, redrawn, by-position"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2]}, "narrowest": "int8"})",
       "allowed are float32, bfloat16, float16"},
      {R"(, "own_model": {)" + sizes + R"(, "parameters": {"w": [2]}, "mask": true})",
       "unknown field 'mask'"}};
  for (const auto& [declared, reason] : refused) {
    EXPECT_NE(refusal_of(declared).find(reason), std::string::npos)
        << declared << ": " << refusal_of(declared);
  }
}

}  // namespace
}  // namespace slim::properties::own_model
