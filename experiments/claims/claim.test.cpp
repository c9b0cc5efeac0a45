// SPDX-License-Identifier: Apache-2.0
#include "experiments/claims/claim.hpp"

#include "experiments/claims/judges.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slim::experiments {
namespace {

const std::string good = R"([[claim]]
name = "A"
statement = "s"
source = "t"
experiments = ["length"]
subject = "u"
statistic = "v"
unit = "bytes"
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

TEST(Claims, BuiltInClaimsCanBeParsedAndHaveJudges) {
  std::set<std::string> cells;
  for (const Claim& claim : built_in_claims()) {
    if (!claim.cell.empty()) cells.insert(claim.cell);
    const Answer answer = judge(claim, {}).answer;
    EXPECT_EQ(answer, Answer::inconclusive) << claim.name;
    EXPECT_FALSE(claim.experiments.empty()) << claim.name;
    EXPECT_GT(claim.minutes, 0.0) << claim.name;
  }
  EXPECT_EQ(cells.size(), 12U) << "of table 1";
}

TEST(Claims, HaveAnExpectedVerdict) {
  for (const Claim& claim : built_in_claims()) {
    EXPECT_FALSE(claim.expected.empty()) << claim.name;
    const bool relu = claim.name == "EXACT/relu" || claim.name == "PRECISION/relu";
    EXPECT_EQ(claim.expected == "REFUTED", relu) << claim.name;
  }
}

TEST(Claims, ErrorNamesAMissingField) {
  EXPECT_EQ(refusal(good), "");
  EXPECT_EQ(refusal("[[claim]]\nname = \"A\"\n"), "claim A: statement must be a non-empty text");
}

TEST(Claims, ErrorNamesAnUnknownField) {
  EXPECT_EQ(refusal(good + "bond = 1.0\n"), "claim A: bond is an unknown field");
}

TEST(Claims, AnInvalidExpectedVerdictIsRejected) {
  EXPECT_EQ(refusal(good + "expected = \"TRUE\"\n"),
            "claim A: expected must be SUPPORTED or REFUTED");
}

TEST(Claims, ADuplicateNameIsRejected) {
  EXPECT_EQ(refusal(good + good), "claims: there are two claims named A");
}

TEST(Claims, InvalidTomlGivesAnErrorOfOneLine) {
  const std::string message = refusal("[[claim]\n");
  EXPECT_NE(message, "");
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace slim::experiments
