// SPDX-License-Identifier: Apache-2.0
#include "properties/catalogue.hpp"

#include "properties/engine/cases/gradient_spec.hpp"
#include "properties/laws/catalogue.hpp"
#include "properties/mutants/catalogue.hpp"
#include "properties/projections.hpp"
#include "reference/vocabulary/scalars/contract.hpp"
#include "reference/vocabulary/system/closest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slim::properties {
namespace {

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const ContractError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Catalogue, HasTheReferenceFirstAndNoNameTwice) {
  EXPECT_EQ(catalogue().front().name, "reference");
  std::set<std::string> names;
  for (const Subject& subject : catalogue()) {
    EXPECT_TRUE(names.insert(subject.name).second) << subject.name;
    EXPECT_FALSE(subject.summary.empty()) << subject.name;
    EXPECT_TRUE(subject.gradient.offers(Scalar::digits50) ||
                subject.attention.offers(Scalar::digits50) || projection_of(subject))
        << subject.name;
  }
  EXPECT_TRUE(names.contains("recovered/iterative"));
  EXPECT_TRUE(names.contains("stored/iterative"));
  EXPECT_TRUE(names.contains("mutant/last-row-dropped"));
}

TEST(Catalogue, SuggestsANameAndListsAllNames) {
  const std::string message = message_of([] { find_subject("recoverd/iterative"); });
  EXPECT_NE(message.find("subject 'recoverd/iterative' is unknown"), std::string::npos);
  EXPECT_NE(message.find("did you mean 'recovered/iterative'?"), std::string::npos) << message;
  EXPECT_NE(message.find("are recovered/iterative, "), std::string::npos) << message;
  EXPECT_NE(message.find("; slim-verify subjects lists all"), std::string::npos) << message;
  EXPECT_LE(message.size(), 400U) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_NE(message_of([] { laws::find_law("gradient"); }).find("gradient-agrees"),
            std::string::npos);
  EXPECT_EQ(message_of([] { find_subject("xyz"); }).find("did you mean"), std::string::npos);
}

TEST(Catalogue, DescribesEveryMutant) {
  for (const mutants::Mutant& mutant : mutants::catalogue()) {
    EXPECT_TRUE(mutant.name.starts_with("mutant/"));
    EXPECT_FALSE(mutant.description.empty());
    EXPECT_FALSE(mutant.seen.empty());
  }
}

TEST(Catalogue, AgreesWithTheReferenceOnTheTanhFormOfGelu) {
  GradientCase c = materialise(GradientSpec{.length = 7, .slice_length = 3, .seed = 3});
  c.model.conventions.gelu_tanh = 1.0;
  const Law& law = laws::find_law("gradient-agrees");
  for (const char* name : {"stored/blocked", "wide/blocked", "recovered/iterative"}) {
    Subject subject = find_subject(name);
    subject.conventions = c.model.conventions;
    for (const Scalar scalar : {Scalar::float32, Scalar::float64, Scalar::digits50}) {
      const std::unique_ptr<Trial> trial = law.load(to_case_file(c));
      EXPECT_EQ(trial->check(subject, scalar).outcome, Outcome::pass) << name;
    }
  }
}

}  // namespace
}  // namespace slim::properties
