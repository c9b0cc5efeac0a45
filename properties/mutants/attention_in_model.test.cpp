// SPDX-License-Identifier: Apache-2.0
#include "properties/mutants/attention_in_model.hpp"

#include "properties/catalogue.hpp"
#include "properties/engine/engine.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/faulty_attention.hpp"

#include <gtest/gtest.h>

namespace slim::properties {
namespace {

Subject model_around(const AttentionFunctions& attention) {
  Subject subject = reference_subject();
  subject.name = "a model around an attention";
  subject.gradient = mutants::in_a_model(attention);
  return subject;
}

RunResult run_of_models(const Subject& subject) {
  RunPlan plan{.laws = {}, .subjects = {&subject}, .scalars = {Scalar::float64}};
  for (const char* law : {"gradient-agrees", "split-and-resume", "batches-add"}) {
    plan.laws.push_back(&laws::find_law(law));
  }
  plan.cases = 12;
  plan.shrinks = false;
  return run(plan);
}

TEST(AttentionInModel, IsRightAroundTheAttentionOfTheReference) {
  const RunResult result = run_of_models(model_around(reference_subject().attention));
  for (const Verdict& verdict : result.verdicts) EXPECT_TRUE(verdict.holds()) << verdict.law;
  EXPECT_EQ(result.verdicts.size(), 3U);
}

TEST(AttentionInModel, IsWrongIfItsAttentionIsWrong) {
  for (const auto fault : {mutants::Fault::next_key_seen, mutants::Fault::state_never_carried,
                           mutants::Fault::no_denominator_gradient_for_keys}) {
    EXPECT_FALSE(run_of_models(model_around(mutants::faulty_attention(fault))).holds());
  }
}

}  // namespace
}  // namespace slim::properties
