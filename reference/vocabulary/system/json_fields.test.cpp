// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/json_fields.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace slim {
namespace {

using Json = nlohmann::json;

/// What `read` says of an object whose field `x` has this value.
std::string refusal(const std::string& value, const std::function<void(const JsonFields&)>& read) {
  const Json json = Json::parse("{\"x\":" + value + "}");
  try {
    read(JsonFields(json, "the note"));
  } catch (const ContractError& error) {
    return error.what();
  }
  return "accepted";
}

void read_int(const JsonFields& fields) {
  (void)fields.whole<int>("x");
}

void read_int64(const JsonFields& fields) {
  (void)fields.whole<std::int64_t>("x");
}

void read_bits(const JsonFields& fields) {
  (void)fields.whole_of_64_bits("x");
}

TEST(JsonFields, ReadsEachTypeAsItIs) {
  const Json json = Json::parse(
      R"({"text":"a","yes":true,"half":0.5,"none":null,"three":3,"all":[1,null],"in":{"x":-1},)"
      R"("largest":18446744073709551615})");
  const JsonFields fields(json, "the note");
  EXPECT_TRUE(fields.has("text"));
  EXPECT_FALSE(fields.has("more"));
  EXPECT_EQ(fields.text("text"), "a");
  EXPECT_EQ(fields.text_if_given("text"), "a");
  EXPECT_EQ(fields.text_if_given("more"), "");
  EXPECT_TRUE(fields.boolean("yes"));
  EXPECT_EQ(fields.real("half"), 0.5);
  EXPECT_EQ(fields.real("three"), 3.0);
  EXPECT_TRUE(std::isnan(fields.real("none")));
  EXPECT_EQ(fields.whole<int>("three"), 3);
  EXPECT_EQ(fields.reals("all").size(), 2U);
  EXPECT_EQ(fields.object("in").whole<int>("x", -1), -1);
  EXPECT_EQ(fields.whole_of_64_bits("largest"), std::numeric_limits<std::uint64_t>::max());
}

TEST(JsonFields, NeitherRoundsNorWrapsAWholeNumber) {
  EXPECT_EQ(refusal("1.5", read_int),
            "field 'x' of the note is 1.5: allowed are whole numbers from 0 to 2147483647");
  EXPECT_NE(refusal("4294967297", read_int), "accepted");
  for (const char* value : {"-1", "1.0", "1e40", "1e300", "true", "null", "\"1\"", "[1]", "{}",
                            "9223372036854775808", "18446744073709551616"}) {
    EXPECT_NE(refusal(value, read_int), "accepted") << value;
    EXPECT_NE(refusal(value, read_int64), "accepted") << value;
  }
  EXPECT_EQ(refusal("9223372036854775807", read_int64), "accepted");
  for (const char* value : {"18446744073709551616", "-1", "0.5", "1e3", "true", "null"}) {
    EXPECT_NE(refusal(value, read_bits), "accepted") << value;
  }
}

TEST(JsonFields, RefusesEveryOtherType) {
  const auto text = [](const JsonFields& fields) { (void)fields.text("x"); };
  const auto boolean = [](const JsonFields& fields) { (void)fields.boolean("x"); };
  const auto real = [](const JsonFields& fields) { (void)fields.real("x"); };
  const auto reals = [](const JsonFields& fields) { (void)fields.reals("x"); };
  const auto object = [](const JsonFields& fields) { (void)fields.object("x"); };
  const auto missing = [](const JsonFields& fields) { (void)fields.text("y"); };
  EXPECT_EQ(refusal("1", text), "field 'x' of the note is 1: allowed is a string");
  EXPECT_EQ(refusal("1", boolean), "field 'x' of the note is 1: allowed are true and false");
  EXPECT_EQ(refusal("true", real), "field 'x' of the note is true: allowed are numbers and null");
  EXPECT_EQ(refusal("[true]", reals),
            "field 'x' of the note is [true]: allowed is an array of numbers and null");
  EXPECT_EQ(refusal("1", reals), "field 'x' of the note is 1: allowed is an array");
  EXPECT_EQ(refusal("1", object), "field 'x' of the note is 1: allowed is a JSON object");
  EXPECT_EQ(refusal("1", missing), "field 'y' of the note is missing");
}

TEST(JsonFields, RefusesEverySchemaButTheInteger) {
  const auto refusal_of = [](const std::string& schema) -> std::string {
    const Json json = Json::parse("{\"schema\":" + schema + "}");
    try {
      JsonFields(json, "the note").require_schema(1);
    } catch (const ContractError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal_of("1"), "accepted");
  for (const char* schema : {"2", "0", "4294967297", "18446744073709551617", "1.9", "1.0", "true",
                             "\"1\"", "null", "[1]"}) {
    const std::string words = refusal_of(schema);
    EXPECT_EQ(words.find("field 'schema' of the note is "), 0U) << words;
    EXPECT_NE(words.find(": allowed is 1"), std::string::npos) << words;
  }
  const auto missing = [](const JsonFields& fields) { fields.require_schema(1); };
  EXPECT_EQ(refusal("1", missing), "field 'schema' of the note is missing");
}

}  // namespace
}  // namespace slim
