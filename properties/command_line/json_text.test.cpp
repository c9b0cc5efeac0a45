// SPDX-License-Identifier: Apache-2.0
#include "properties/command_line/json_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace slim::command_line {
namespace {

TEST(JsonText, EscapesTerminalControlsAndReplacesBytesThatAreNotUtf8) {
  const std::string all = "a\x1b\x7f\xc2\x9b\xc2\xa0\xff\n€";
  const std::string text = json_text({{"x", all}}, -1);
  EXPECT_EQ(text, "{\"x\":\"a\\u001b\\u007f\\u009b\xc2\xa0\xef\xbf\xbd\\n€\"}\n");
  EXPECT_EQ(nlohmann::json::parse(text).at("x"), "a\x1b\x7f\xc2\x9b\xc2\xa0\xef\xbf\xbd\n€");
}

TEST(JsonText, EscapesWhatHidesOrReordersText) {
  const std::string all = "a\u202eb\u200b\u2066c\ufeff\U000e0041€\U0001f600";
  const std::string text = json_text({{"x", all}}, -1);
  EXPECT_EQ(text, "{\"x\":\"a\\u202eb\\u200b\\u2066c\\ufeff\\udb40\\udc41€\U0001f600\"}\n");
  EXPECT_EQ(nlohmann::json::parse(text).at("x"), all);
}

TEST(JsonText, WritesInfinityAsAString) {
  EXPECT_EQ(json_text(number_or_infinite(std::numeric_limits<double>::infinity())),
            "\"infinite\"\n");
  EXPECT_EQ(json_text(number_or_infinite(0.5)), "0.5\n");
}

}  // namespace
}  // namespace slim::command_line
