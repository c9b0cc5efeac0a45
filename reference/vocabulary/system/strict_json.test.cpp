// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/strict_json.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

std::string refusal_of_text(const std::string& text) {
  try {
    parse_strictly(text, 2, "the note");
  } catch (const ContractError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(StrictJson, AcceptsValidJson) {
  const nlohmann::json json = parse_strictly(R"( {"a": [1, 2.5], "b": "ü"} )", 2, "the note");
  EXPECT_EQ(json["a"][1], 2.5);
  EXPECT_EQ(json["b"], "ü");
}

TEST(StrictJson, RejectsADuplicateNameInOneObjectOnly) {
  EXPECT_EQ(refusal_of_text(R"({"a": 1, "a": 2})"), "the name 'a' appears twice");
  EXPECT_EQ(refusal_of_text(R"({"a": {"a": 1}})"), "accepted");
  EXPECT_EQ(refusal_of_text(R"([{"a": 1}, {"a": 1}])"), "accepted");
}

TEST(StrictJson, RejectsDeepNesting) {
  EXPECT_EQ(refusal_of_text("[[1]]"), "accepted");
  EXPECT_EQ(refusal_of_text("[[[1]]]"), "the note is nested more than 2 deep");
}

TEST(StrictJson, RejectsInvalidJson) {
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("nan"), std::string("1e999"),
        std::string("\"\xff\""), std::string("1\0", 2), std::string("1 2")}) {
    EXPECT_NE(refusal_of_text(text).find("the note is not JSON"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace slim
