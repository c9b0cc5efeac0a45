// SPDX-License-Identifier: Apache-2.0
#include "properties/third_party/protocol/adapted_law.hpp"

#include "properties/catalogue.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/report/verdict_table.hpp"

#include <gtest/gtest.h>

namespace slim::properties::foreign {
namespace {

TEST(AdaptedLaws, HoldForTheReferenceUnderOtherConventions) {
  std::vector<AttentionConventions> conventions(4);
  conventions[0].epsilons[EpsilonPlace::denominator] = 1e-3;
  conventions[1].epsilons = {EpsilonPlace::feature, 1e-4};
  conventions[2].divides_by_root_features = true;
  conventions[2].scaling = Scaling::queries;
  conventions[3].query_stabiliser = Stabiliser::per_row;
  for (const AttentionConventions& own : conventions) {
    Subject subject = reference_subject();
    subject.capabilities.any_attention_conventions = false;
    subject.attention_conventions = own;
    std::vector<Law> adapted;
    const ForeignSubject foreign{.subject = subject, .declaration = {}, .pool = nullptr};
    for (const Law& law : laws::catalogue()) {
      if (law.name.find("gradient") == std::string::npos) {
        adapted.push_back(adapted_law(law, foreign));
      }
    }
    RunPlan plan{.laws = {}, .subjects = {&subject}, .scalars = {Scalar::float64}};
    for (const Law& law : adapted) plan.laws.push_back(&law);
    plan.cases = 4;
    plan.shrinks = false;
    for (const Verdict& verdict : run(plan).verdicts) {
      EXPECT_TRUE(verdict.holds())
          << to_text(own) << " " << verdict.law << ": " << summary(verdict) << " "
          << verdict.tally.worst.tensor << " " << verdict.tally.worst.error;
    }
  }
}

}  // namespace
}  // namespace slim::properties::foreign
