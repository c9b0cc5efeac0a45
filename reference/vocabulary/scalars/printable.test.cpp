// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/scalars/printable.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

TEST(OnOneLine, DoesNotSplitCharacters) {
  EXPECT_EQ(on_one_line("abcü", 4), "abc…");
  EXPECT_EQ(on_one_line("abcü", 5), "abcü");
  EXPECT_EQ(on_one_line("€uro", 2), "…");
  EXPECT_EQ(on_one_line("a\nb\x7f"), "a?b?");
  EXPECT_EQ(on_one_line(std::string(61, 'x')), std::string(60, 'x').append("…"));
}

TEST(OnOneLine, ReplacesEveryByteThatIsNotUtf8) {
  EXPECT_EQ(on_one_line("a\xff\xfe\x80z"), "a???z");
  EXPECT_EQ(on_one_line("\xc3"), "?") << "a truncated character";
  EXPECT_EQ(on_one_line("\xe2\x82"), "??") << "likewise";
  EXPECT_EQ(on_one_line("\xe2\x82z"), "??z") << "likewise, and the next character is kept";
  EXPECT_EQ(on_one_line("\xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf"), "?????????") << "overlong slashes";
  EXPECT_EQ(on_one_line("\xed\xa0\x80"), "???") << "half of a surrogate pair";
  EXPECT_EQ(on_one_line("\xf4\x90\x80\x80\xf8\x88\x80\x80\x80"), "?????????") << "beyond U+10FFFF";
  EXPECT_EQ(on_one_line("ü€\U0001f600\U0010ffff"), "ü€\U0001f600\U0010ffff");
}

TEST(OnOneLine, ReplacesControlCharactersAndThoseForbiddenInXml) {
  EXPECT_EQ(on_one_line("\x1b[31m\t\r"), "?[31m??");
  EXPECT_EQ(on_one_line("\xc2\x9b\x33\x31m"), "??31m")
      << "the escape sequence as a single control character";
  EXPECT_EQ(on_one_line("\xef\xbf\xbe\xef\xbf\xbf"), "??????");
  EXPECT_EQ(on_one_line(std::string("a\0b", 3)), "a?b");
}

TEST(OnOneLine, ReplacesWhatHidesOrReordersText) {
  for (const char* hidden :
       {"\u00ad",     "\u034f",     "\u061c",     "\u115f",     "\u1160",     "\u17b4",    "\u180b",
        "\u180e",     "\u200b",     "\u200c",     "\u200d",     "\u200e",     "\u200f",    "\u2028",
        "\u2029",     "\u202a",     "\u202b",     "\u202c",     "\u202d",     "\u202e",    "\u2060",
        "\u2061",     "\u2062",     "\u2063",     "\u2064",     "\u2066",     "\u2067",    "\u2068",
        "\u2069",     "\u206f",     "\u3164",     "\ufe0f",     "\ufeff",     "\uffa0",    "\ufff9",
        "\U0001bca0", "\U0001d173", "\U000e0000", "\U000e0041", "\U000e007f", "\U000e0100"}) {
    const std::string text = std::string("a") + hidden + "b";
    const std::string replaced = "a" + std::string(text.size() - 2, '?') + "b";
    EXPECT_EQ(on_one_line(text), replaced);
    EXPECT_EQ(printable(text), replaced);
  }
  const std::string kept = "שלום العربية \u2010\u2013 ² × \u2030 \u205f";
  EXPECT_EQ(on_one_line(kept), kept) << "letters of any direction, dashes and spaces stay";
}

TEST(Printable, KeepsLinesAndTabs) {
  EXPECT_EQ(printable("one\n\ttwo\r\n\xff€"), "one\n\ttwo?\n?€");
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace slim
