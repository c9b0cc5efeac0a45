// SPDX-License-Identifier: Apache-2.0
// Attention with a feature map of its own, verified against the features of the same subject.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/unusual_declarations.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/declaration.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "properties/tolerance/attention_evidence.hpp"
#include "properties/tolerance/own_features.hpp"
#include "properties/tolerance/own_sums.hpp"
#include "reference/performer/attention.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <utility>

namespace slim::properties::foreign {
namespace {

const std::vector<std::string> laws_of_own_maps = {
    "attention-agrees",  "pullback-agrees",        "features-agree",    "averages",
    "linear-in-values",  "future-does-not-leak",   "attention-resumes", "heads-independent",
    "calls-independent", "permutation-equivariant"};

ForeignSubject own(const std::string& name, const std::string& fault = "") {
  return open_subject(program_door("exec " SLIM_PYTHON " " + folder + "faults/own_map_subject.py " +
                                   name + " " + fault),
                      {});
}

class OwnMapSubject : public testing::TestWithParam<const char*> {};

TEST_P(OwnMapSubject, HoldsIfItIsCorrect) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const ForeignSubject foreign = own(GetParam());
  const RunResult result = run_on(foreign, laws_of_own_maps, 12, foreign.declaration.scalars);
  for (const Verdict& verdict : result.verdicts) {
    EXPECT_TRUE(verdict.holds()) << verdict.law << ": " << summary(verdict) << " "
                                 << verdict.tally.worst.tensor;
    if (verdict.law != "attention-resumes" && verdict.law != "permutation-equivariant") {
      EXPECT_FALSE(verdict.unclaimed() && verdict.law != "averages") << verdict.law;
    }
  }
  for (const Counterexample& found : result.counterexamples) {
    ADD_FAILURE() << found.law << " " << name(found.scalar) << " " << found.readable << ": "
                  << found.finding.worst.tensor << " " << found.finding.note;
  }
  ASSERT_EQ(foreign.subject.weakening.size(), 1U);
  EXPECT_NE(unusual_declarations_in_words({{&foreign.subject}})
                .front()
                .find("verified against the subject's own features"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, OwnMapSubject,
                         testing::Values("mlp", "dpfp", "squared-product", "by-head", "rotated",
                                         "reweighted", "projected", "float32-alone", "given-too"));

TEST(OwnMapExample, HoldsAndFailsWithItsFault) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const auto& [name, fault] : {std::pair("hedgehog_attention.py", "DETACHED"),
                                    std::pair("retention.py", "DECAYS_TWICE")}) {
    const std::string program = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
    const std::string example = folder + "examples/" + name;
    EXPECT_TRUE(run_on(open_subject(program_door(program + example), {}), laws_of_own_maps, 8,
                       {Scalar::float32, Scalar::float64})
                    .holds())
        << name;
    const std::string changed = "-c 'exec(open(\"" + example + "\").read().replace(\"" + fault +
                                " = False\", \"" + fault + " = True\"))'";
    EXPECT_FALSE(
        run_on(open_subject(program_door(program + changed), {}), laws_of_own_maps, 8).holds())
        << name;
  }
}

TEST(OwnMapSubjectWithAFault, IsFlagged) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const auto& [name, fault, in] :
       {std::tuple("mlp", "next-key", "attention-agrees"),
        std::tuple("mlp", "no-epsilon", "attention-agrees"),
        std::tuple("dpfp", "another-map", "attention-agrees"),
        std::tuple("mlp", "detached", "pullback-agrees"),
        std::tuple("projected", "half-gradient", "pullback-agrees"),
        std::tuple("squared-product", "half-gradient", "pullback-agrees"),
        std::tuple("float32-alone", "half-gradient", "pullback-agrees")}) {
    const RunResult result = run_on(own(name, fault), {in}, 12);
    EXPECT_FALSE(result.holds()) << name << " " << fault;
  }
}

/// In cases that are too large to ask for all slopes.
TEST(OwnMapSubjectWithAFault, IsFlaggedIfItIsInAFarTileAlone) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const char* map : {"mlp", "rotated"}) {
    const RunResult result =
        run_on(own(map, "far-tile"), {"pullback-agrees"}, 1, {Scalar::float64}, true);
    EXPECT_FALSE(result.holds()) << map;
  }
}

/// What is said of the first failure.
std::string note_on_own(const ForeignSubject& foreign) {
  const RunResult result =
      run_on(foreign, {"attention-agrees"}, 12, {Scalar::float32, Scalar::float64});
  if (result.holds() || result.counterexamples.empty()) return "holds";
  return result.counterexamples.front().finding.note;
}

TEST(OwnFeatures, ThatAreNoFunctionOfTheRowAreRefusedWithTheReason) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const auto& [name, fault, reason] :
       {std::tuple("dpfp", "coupled", "with other rows beside it"),
        std::tuple("mlp", "by-batch", "no function of the row"),
        std::tuple("rotated", "by-row", "differs_by_row"),
        std::tuple("reweighted", "by-length", "differs_by_length"),
        std::tuple("mlp", "not-finite", "not finite"),
        std::tuple("mlp", "too-wide", "returned tensor 'features' as"),
        std::tuple("dpfp", "narrow", "in float32 differ from those in float64"),
        std::tuple("mlp", "changing", "differ from those in float64")}) {
    const std::string note = note_on_own(own(name, fault));
    EXPECT_NE(note.find(reason), std::string::npos) << name << " " << fault << ": " << note;
  }
}

TEST(OwnMapSubjectWithAFault, IsDiagnosedThroughItsFeatures) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const ForeignSubject foreign = own("mlp", "next-key");
  const RunResult result = run_on(foreign, {"attention-agrees"}, 20, {Scalar::float64});
  ASSERT_FALSE(result.counterexamples.empty());
  std::vector<Law> adapted;
  for (const Law& each : laws::catalogue()) adapted.push_back(adapted_law(each, foreign));
  const Diagnosis diagnosis =
      Diagnostician(std::move(adapted))
          .diagnose(foreign.subject, Scalar::float64, result.counterexamples.front().file);
  EXPECT_NE(in_words(diagnosis).front().find("mutant/next-key-seen"), std::string::npos)
      << in_words(diagnosis).front();
}

/// The map x² with its slopes, in double.
class Square final : public OwnMap {
 public:
  [[nodiscard]] Index features(Index arguments) const override { return arguments; }
  [[nodiscard]] std::shared_ptr<const OwnRows> rows(const OwnQuestion& question) const override {
    OwnRows rows{.values = question.x, .noise = question.x, .slopes = {}, .slope_errors = {}};
    HeadsSizes sizes = question.x.sizes();
    const Index D = sizes.cols;
    sizes.cols = D * D;
    rows.slopes = Heads<double>(sizes, MemoryTag::result);
    rows.slope_errors = rows.slopes;
    for (std::size_t i = 0; i < question.x.values().size(); ++i) {
      const double x = question.x.values()[i];
      rows.values.values()[i] = x * x;
      rows.slopes.values()[i * static_cast<std::size_t>(D) + i % static_cast<std::size_t>(D)] =
          2.0 * x;
    }
    return std::make_shared<const OwnRows>(std::move(rows));
  }
};

TEST(OwnFeatures, AreAskedForOnceForBothScalars) {
  Subject subject;
  subject.capabilities.pullback = true;
  int questions = 0;
  const auto square = [&questions](const auto& task, auto& result) {
    ++questions;
    for (Index b = 0; b < task.x.sizes.batch; ++b) {
      result.out(b, 0) = task.x(b, 0).cwiseProduct(task.x(b, 0));
    }
  };
  subject.features.in<float>() = square;
  subject.features.in<double>() = square;
  const std::shared_ptr<const OwnMap> own = own_features_of(subject, {});
  const Heads<double> x = materialise(AttentionSpec{.length = 5, .width = 3, .seed = 3}).q;
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    const std::shared_ptr<const OwnRows> rows =
        own->rows({.x = x, .omega = {}, .is_query = true, .scalar = scalar, .wants_slopes = true});
    EXPECT_NEAR(rows->slopes.values()[4], 2.0 * x.values()[1], 1e-8) << "of g_2 by x_2";
    EXPECT_LT(rows->slope_errors.values()[4], 1e-4);
  }
  EXPECT_EQ(questions, 5) << "features and repeated features in each scalar, slopes in one";
}

TEST(AttentionOfOwnFeatures, IsThatOfTheSameMapWithADefinition) {
  const Square square;
  AttentionSpec spec{.length = 5, .batch = 2, .heads = 2, .width = 3, .value_width = 2, .seed = 3};
  spec.has_start = spec.has_end_cotangent = true;
  AttentionInputs<double> inputs = materialise(spec);
  AttentionResult<double> defined;
  reference::attention(inputs.task(), defined);
  inputs.feature_map = {.kind = FeatureKind::own, .own = &square};
  AttentionFunctions reference;
  reference.in<double>() = [](const AttentionTask<double>& task, AttentionResult<double>& result) {
    reference::attention(task, result);
  };
  AttentionResult<double> found;
  EXPECT_THROW(reference.in<double>()(inputs.task(), found), ContractError);
  on_own_maps(reference).in<double>()(inputs.task(), found);
  AttentionEvidence evidence(inputs);
  for (const AttentionArray array : all_attention_arrays) {
    ASSERT_EQ(array_of(found, array).sizes(), array_of(defined, array).sizes());
    for (std::size_t i = 0; i < array_of(found, array).values().size(); ++i) {
      const double wanted = array_of(defined, array).values()[i];
      EXPECT_NEAR(array_of(found, array).values()[i], wanted, 1e-12 * (1.0 + std::abs(wanted)))
          << name(array) << " " << i;
      const Digits50& truth = array_of(evidence.truth(Scalar::float64), array).values()[i];
      EXPECT_NEAR(to_double(truth), wanted, 1e-12 * (1.0 + std::abs(wanted))) << name(array);
    }
  }
}

TEST(OwnMapDeclaration, WithoutMeaningIsRefusedWithWhatIsAllowed) {
  const auto refusal = [](const std::string& tasks, const std::string& capabilities,
                          const std::string& conventions) {
    try {
      parse_declaration(R"({"protocol": 1, "name": "x", "tasks": [)" + tasks +
                        R"(], "capabilities": {"feature_maps": ["own"])" + capabilities +
                        R"(}, "conventions": {"attention": )" + conventions + "}}");
    } catch (const ContractError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  const std::string both = R"("attention", "features")";
  const std::string twice = R"(, "own_map": {"features": [0, 2, 0]})";
  EXPECT_EQ(refusal(both, twice, "{}"), "accepted");
  EXPECT_EQ(refusal(both, twice, R"({"normaliser": "none"})"), "accepted");
  for (const auto& [tasks, capabilities, conventions, because] :
       {std::tuple(both, std::string(), "{}", "needs the capability 'own_map'"),
        std::tuple(std::string(R"("attention")"), twice, "{}", "needs the tasks"),
        std::tuple(both, twice, R"({"unit_length": true})", "includes all parts"),
        std::tuple(both, std::string(R"(, "own_map": {"features": [0, 2]})"), "{}",
                   "three numbers"),
        std::tuple(both, std::string(R"(, "own_map": {"features": [0, 0.5, 0]})"), "{}", "whole"),
        std::tuple(both, std::string(R"(, "own_map": {"features": [0, 0, 0]})"), "{}",
                   "at least 1"),
        std::tuple(both,
                   std::string(R"(, "resumable": true, "own_map": {"features": [0, 1, 0], )"
                               R"("differs_by_row": true})"),
                   "{}", "excludes resumable"),
        std::tuple(both,
                   std::string(R"(, "lengths": "cross", "causal": false, "bidirectional": true, )"
                               R"("own_map": {"features": [0, 1, 0], "differs_by_length": true})"),
                   "{}", "excludes packed sequences and cross attention")}) {
    EXPECT_NE(refusal(tasks, capabilities, conventions).find(because), std::string::npos)
        << refusal(tasks, capabilities, conventions);
  }
}

}  // namespace
}  // namespace slim::properties::foreign
