// SPDX-License-Identifier: Apache-2.0
// Attention composed of declared parts, written as libraries write it: correct ones hold, seeded
// faults are flagged, and declarations without meaning are refused.

#include "properties/diagnosis/diagnostician.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/verdict_table.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/declaration.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <utility>

namespace slim::properties::foreign {
namespace {

const std::vector<std::string> laws_of_attention = {
    "attention-agrees", "pullback-agrees",   "averages",         "stays-in-hull",
    "linear-in-values", "linear-in-queries", "key-scale-cancels"};

ForeignSubject composed(const std::string& name, const std::string& fault = "") {
  return open_subject(program_door("exec " SLIM_PYTHON " " + folder +
                                   "faults/composed_subject.py " + name + " " + fault),
                      {});
}

TEST(LinearAttentionExample, HoldsAndFailsIfItIsNormalisedAllTheSame) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const std::string program = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
  const std::string example = folder + "examples/linear_attention.py";
  EXPECT_TRUE(run_on(open_subject(program_door(program + example), {}), laws_of_attention, 12,
                     {Scalar::float32, Scalar::float64})
                  .holds());
  const std::string changed = "-c 'exec(open(\"" + example +
                              "\").read().replace(\"NORMALISED = False\", \"NORMALISED = True\"))'";
  EXPECT_FALSE(
      run_on(open_subject(program_door(program + changed), {}), laws_of_attention, 12).holds());
}

class ComposedAttention : public testing::TestWithParam<const char*> {};

TEST_P(ComposedAttention, HoldsIfItIsCorrect) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  const RunResult result =
      run_on(composed(GetParam()), laws_of_attention, 12, {Scalar::float32, Scalar::float64});
  int passed = 0;
  for (const Verdict& verdict : result.verdicts) passed += verdict.tally.passed;
  EXPECT_GT(passed, 20);
  for (const Counterexample& found : result.counterexamples) {
    ADD_FAILURE() << found.law << " " << found.readable << ": " << found.finding.worst.tensor;
  }
}

INSTANTIATE_TEST_SUITE_P(
    AsWrittenByLibraries, ComposedAttention,
    testing::Values("elu-unnormalised", "identity-unnormalised", "silu-unnormalised",
                    "given-unnormalised", "generalized-relu", "generalized-exp", "generalized-gelu",
                    "exp", "softplus", "sigmoid", "relu+1", "squared-relu", "gelu", "gelu-tanh",
                    "softmax", "cosh", "cos-sin", "taylor", "unit-length", "unit-sum",
                    "two-epsilons", "favor", "exp-and-softmax", "scaled-keys", "relu-and-its-sum",
                    "over-length", "root-of-queries", "over-number-of-rows", "over-number-of-keys",
                    "over-position", "scaled-average", "scaled-features", "softmax-so-far",
                    "over-running-sums", "own-weight", "length-of-a-head", "mean-of-weights"));

/// The example holds, and fails with this text in place of that.
void expect_bidirectional_example(const std::string& file, const std::string& that,
                                  const std::string& in_its_place) {
  const std::string program = "PYTHONPATH=" + folder + " exec " SLIM_PYTHON " ";
  const std::string example = folder + "examples/" + file;
  const RunResult result =
      run_on(open_subject(program_door(program + example), {}),
             {"attention-agrees", "pullback-agrees", "masked-keys-absent",
              "permutation-equivariant", "linear-in-values", "heads-independent"},
             12, {Scalar::float32, Scalar::float64});
  for (const Counterexample& found : result.counterexamples) {
    ADD_FAILURE() << found.law << " " << found.readable << ": " << found.finding.worst.tensor;
  }
  EXPECT_TRUE(result.holds());
  const std::string changed = "-c 'exec(open(\"" + example + "\").read().replace(\"" + that +
                              "\", \"" + in_its_place + "\"))'";
  EXPECT_FALSE(
      run_on(open_subject(program_door(program + changed), {}), laws_of_attention, 12).holds());
}

TEST(EfficientAttentionExample, HoldsAndFailsIfItsKeysAreASoftmaxOverFeatures) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_bidirectional_example("efficient_attention.py", "OVER_FEATURES = False",
                               "OVER_FEATURES = True");
}

TEST(SgformerAttentionExample, HoldsAndFailsWithoutItsOwnValue) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  expect_bidirectional_example("sgformer_attention.py", "OWN_VALUE = True", "OWN_VALUE = False");
}

TEST(ComposedAttentionWithAFault, IsFlagged) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  for (const auto& [name, fault] : {std::pair("elu-unnormalised", "normalised"),
                                    std::pair("given-unnormalised", "normalised"),
                                    std::pair("elu-unnormalised", "next-key"),
                                    std::pair("generalized-relu", "own-key"),
                                    std::pair("generalized-exp", "not-normalised"),
                                    std::pair("two-epsilons", "detached"),
                                    std::pair("exp-and-softmax", "keys-as-queries"),
                                    std::pair("scaled-keys", "keys-as-queries"),
                                    std::pair("relu-and-its-sum", "keys-as-queries"),
                                    std::pair("over-length", "keys-as-queries"),
                                    std::pair("root-of-queries", "keys-as-queries"),
                                    std::pair("exp-and-softmax", "next-key"),
                                    std::pair("over-number-of-keys", "next-key"),
                                    std::pair("over-number-of-keys", "count-of-all"),
                                    std::pair("softmax-so-far", "count-of-all"),
                                    std::pair("softmax-so-far", "next-key"),
                                    std::pair("over-running-sums", "own-key"),
                                    std::pair("own-weight", "own-left-out"),
                                    std::pair("mean-of-weights", "of-sum"),
                                    std::pair("scaled-average", "detached")}) {
    EXPECT_FALSE(run_on(composed(name, fault), laws_of_attention, 12).holds())
        << name << " " << fault;
  }
}

/// The diagnosis of the first failure of attention-agrees, in words.
std::string named(const ForeignSubject& foreign) {
  const RunResult result = run_on(foreign, {"attention-agrees"}, 20, {Scalar::float64});
  if (result.counterexamples.empty()) return "holds";
  std::vector<Law> adapted;
  for (const Law& each : laws::catalogue()) adapted.push_back(adapted_law(each, foreign));
  std::string text;
  for (const std::string& line : in_words(
           Diagnostician(std::move(adapted))
               .diagnose(foreign.subject, Scalar::float64, result.counterexamples.front().file))) {
    text += line + "\n";
  }
  return text;
}

TEST(ComposedAttentionWithAFault, IsNamedUnderItsDeclaredConventions) {
  if (!has_module("torch")) GTEST_SKIP() << "python3-torch is not installed";
  EXPECT_NE(named(composed("generalized-relu", "next-key")).find("mutant/next-key-seen"),
            std::string::npos);
  EXPECT_NE(named(composed("elu-unnormalised", "normalised")).find("normalised-all-the-same"),
            std::string::npos);
  EXPECT_NE(named(composed("exp-and-softmax", "keys-as-queries"))
                .find("keys with the parts of the queries"),
            std::string::npos);
  EXPECT_NE(named(composed("over-number-of-keys", "count-of-all"))
                .find("output divided by the number of rows"),
            std::string::npos);
  EXPECT_NE(named(composed("over-number-of-keys", "next-key")).find("mutant/next-key-seen"),
            std::string::npos);
  EXPECT_NE(named(composed("mean-of-weights", "of-sum"))
                .find("the declared epsilon not times the number of rows"),
            std::string::npos);
  EXPECT_NE(named(composed("favor", "keys-per-row")).find("mutant/stabiliser-of-each-key"),
            std::string::npos);
}

TEST(DeclaredParts, WithoutMeaningAreRefusedWithWhatIsAllowed) {
  const auto refusal = [](const std::string& conventions, const std::string& map) {
    try {
      parse_declaration(R"({"protocol": 1, "name": "x", "tasks": ["attention"], "capabilities": )"
                        R"({"feature_maps": [")" +
                        map + R"("]}, "conventions": {"attention": )" + conventions + "}}");
    } catch (const ContractError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal(R"({"normaliser": "none", "epsilons": {"feature": 1e-3}})", "gelu"),
            "accepted");
  for (const auto& [conventions, map, because] :
       {std::tuple("{}", "gelo", "did you mean 'gelu'?"),
        std::tuple(R"({"normaliser": "nome"})", "relu", "did you mean 'none'?"),
        std::tuple(R"({"epsilons": {"features": 1e-3}})", "relu", "did you mean 'feature'?"),
        std::tuple(R"({"project": 1})", "relu", "'project' must be true or false"),
        std::tuple(R"({"own_weight": 1e9})", "relu", "a size of 0.001 to 1000 is allowed"),
        std::tuple(R"({"own_weight": 1e3, "feature_scale": 1e-3})", "relu",
                   "of the weight of unit-normal cases to the keys"),
        std::tuple(R"({"feature_scale": 1e9})", "relu", "a size of 0.001 to 1000 is allowed"),
        std::tuple(R"({"unit_length": "head"})", "relu", "declare causal false"),
        std::tuple(R"({"divides_by_key_sums": true})", "relu", "other than 'denominator'"),
        std::tuple(R"({"input_scale": 1e9})", "relu", "a size of 0.001 to 1000 is allowed"),
        std::tuple(R"({"key_stabiliser": "per-row"})", "favor+", "stabiliser-of-each-key"),
        std::tuple(R"({"keys": {"mop": "exp"}})", "relu", "did you mean 'map'?"),
        std::tuple(R"({"keys": {"map": "cosh"}})", "relu", "another number of features"),
        std::tuple(R"({"keys": {"divides_by_length_sum": true}})", "relu", "bidirectional"),
        std::tuple(R"({"keys": {"input_scale": 0}})", "relu", "above 0"),
        std::tuple(R"({"keys": 1})", "relu", "object of parts"),
        std::tuple(R"({"epsilons": {"feature": 1e-3, "clamped": 1e9}})", "relu",
                   "convention 'epsilon' is 1e+09 (place clamped)")}) {
    EXPECT_NE(refusal(conventions, map).find(because), std::string::npos)
        << refusal(conventions, map);
  }
}

}  // namespace
}  // namespace slim::properties::foreign
