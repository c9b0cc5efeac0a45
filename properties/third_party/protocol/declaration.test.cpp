// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/declaration.hpp"

#include "properties/laws/catalogue.hpp"
#include "properties/third_party/protocol/adapted_law.hpp"
#include "properties/third_party/protocol/third_party_runs.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

TEST(Declarations, AreRejectedWithTheNameOfTheWrongField) {
  const auto refused = [](const std::string& text, const std::string& words) {
    try {
      parse_declaration(text);
      ADD_FAILURE() << text;
    } catch (const ContractError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  };
  const std::string head = R"({"protocol": 1, "name": "x", "tasks": ["attention"])";
  const std::string of_squares = head + R"(, "capabilities": {"feature_maps": ["sqr"]})";
  EXPECT_EQ(parse_declaration(of_squares + "}").conventions.gelu_cancellation, 1.0);
  const Conventions strict =
      parse_declaration(
          of_squares +
          R"(, "conventions": {"gradient": {"gelu_cancellation": 0, "elu_cancellation": 0}}})")
          .conventions;
  EXPECT_EQ(strict, Conventions());
  refused("[]", "the declaration is []: allowed is a JSON object");
  refused(R"({"name": "x"})", "field 'protocol' of the declaration is missing");
  refused(R"({"protocol": 1, "name": "a b", "tasks": ["attention"]})", "'name'");
  refused(R"({"protocol": 1, "name": "x"})", "'tasks'");
  refused(head + R"(, "taks": 1})", "'taks'");
  refused(head + R"(, "capabilities": {"causal": 1}})",
          "field 'causal' of capabilities is 1: allowed are true and false");
  refused(head + R"(, "capabilities": {"dtypes": ["digits50"]}})",
          "'digits50' is not supported: allowed are float32, float64, float16, bfloat16");
  refused(of_squares.substr(0, of_squares.size() - 1) + R"(, "factors": "tf23"}})",
          "'tf23' is unknown: allowed are dtype, float32, tf32, float16, bfloat16");
  refused(of_squares.substr(0, of_squares.size() - 1) + R"(, "narrow_sums": "dtype"}})",
          "'narrow_sums' may be dtype if 'dtypes' is bfloat16 alone");
  const std::string with_factors =
      R"({"protocol": 1, "name": "x", "tasks": ["gradient"], "capabilities":
      {"feature_maps": ["sqr"], "factors": "tf32"}})";
  refused(with_factors, "'factors' and 'narrow_sums' are for the tasks attention and features");
  refused(head + R"(, "capabilities": {"dtypes": []}})", "'dtypes' of capabilities is empty");
  refused(head + R"(, "capabilities": {"feature_maps": []}})", "'feature_maps' is empty");
  refused(head + "}", "'feature_maps' is empty");
  refused(head + R"(, "capabilities": {"feature_maps": ["sqr"], "causal": false}})",
          "neither 'causal' nor 'bidirectional'");
  refused(R"({"protocol": 1, "name": "x", "tasks": ["features"],
              "capabilities": {"feature_maps": ["given"]}})",
          "'feature_maps' is empty");
  for (const char* block : {"0", "4097", "64.5", "true", "null", "18446744073709551615"}) {
    for (const std::string field : {"block", "head_block"}) {
      refused(
          head + R"(, "capabilities": {"feature_maps": ["sqr"], ")" + field + "\": " + block + "}}",
          "field '" + field + "' of capabilities is " + block +
              ": allowed are whole numbers from 1 to 4096");
    }
  }
  refused(head + R"(, "capabilities": {"claims": ["free"]}})", "flat in L");
  refused(head + R"(, "capabilities": {"claims": ["linear", "linear"]}})", "names 'linear' twice");
  refused(head + R"(, "capabilities": {"dtypes": ["float32", "float32"]}})", "'dtypes'");
  refused(head + R"(, "capabilities": {"feature_maps": ["sqr", "sqr"]}})", "'sqr' twice");
  refused(R"({"protocol": 1, "name": "x", "tasks": ["attention", "attention"]})", "'tasks'");
  refused(head + R"(, "conventions": {"attention": {"epsilon_plce": "sums"}}})", "epsilon_plce");
  refused(head + R"(, "conventions": {"attention": {"epsilon": -1}}})", "epsilon must be finite");
  refused(head + R"(, "conventions": {"gradient": {"position_base": 0}}})", "position_base");
  for (const char* task : {"features", "gradient"}) {
    refused(R"({"protocol": 1, "name": "x", "tasks": ["attention", ")" + std::string(task) +
                R"("], "capabilities": {"feature_maps": ["given"]}})",
            "'feature_maps' is empty");
  }
  refused(head + R"(, "capabilities": {"feature_maps": {"attention": ["sqr"]}}})",
          "'feature_maps' of gradient is empty");
  refused(head + R"(, "capabilities": {"feature_maps": {"models": ["sqr"]}}})", "'models'");
}

TEST(Declarations, MayNameFeatureMapsByTask) {
  const Capabilities can =
      parse_declaration(R"({"protocol": 1, "name": "x", "tasks": ["attention", "gradient"],
          "capabilities": {"feature_maps": {"attention": ["given"], "gradient": ["sqr"]}}})")
          .capabilities;
  EXPECT_TRUE(can.given_features);
  EXPECT_FALSE(can.takes({FeatureKind::square}));
  EXPECT_TRUE(can.takes_in_models(FeatureKind::square));
  EXPECT_FALSE(can.takes_in_models(FeatureKind::relu));
}

TEST(AdaptedLaws, ThrowForACaseThatIsInvalidUnderTheConventions) {
  ForeignSubject third_party = open_subject(library_door(library("c_attention")), {});
  third_party.subject.attention_conventions.epsilons[EpsilonPlace::denominator] = -1.0;
  const Law law = adapted_law(laws::find_law("attention-agrees"), third_party);
  RunPlan plan{.laws = {&law}, .subjects = {&third_party.subject}, .scalars = {Scalar::float64}};
  EXPECT_THROW(run(plan), ContractError);
}

}  // namespace
}  // namespace slim::properties::foreign
