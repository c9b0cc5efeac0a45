#include "experiments/claims/claim.hpp"

#include "experiments/claims/judges.hpp"
#include "reference/vocabulary/contract.hpp"

#include <gtest/gtest.h>

namespace slim::experiments {
namespace {

const std::string good = R"([[claim]]
name = "A"
statement = "s"
source = "t"
experiments = ["length"]
subject = "u"
statistic = "v"
rule = "w"
judge = "serial"
)";

std::string refusal(const std::string& toml) {
  try {
    parse_claims(toml);
  } catch (const ContractError& error) {
    return error.what();
  }
  return "";
}

TEST(Claims, BuiltInOnesAreReadAndHaveJudges) {
  std::vector<std::string> names;
  for (const Claim& claim : built_in_claims()) {
    names.push_back(claim.name);
    EXPECT_EQ(judge(claim, {}).answer, Answer::inconclusive);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"EXACT", "MEMORY-C", "SERIAL"}));
}

TEST(Claims, AMissingFieldIsNamed) {
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(refusal("[[claim]]\nname = \"A\"\n"), "claim A: statement is a text");
}

TEST(Claims, AMisspeltFieldIsNamed) {
  EXPECT_EQ(refusal(good + "bond = 1.0\n"), "claim A: bond is not a field of a claim");
}

TEST(Claims, ATwinIsRefused) {
  EXPECT_EQ(refusal(good + good), "claims: A stands there once");
}

TEST(Claims, BrokenTomlIsOneLine) {
  const std::string message = refusal("[[claim]\n");
  EXPECT_NE(message, "");
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace slim::experiments
