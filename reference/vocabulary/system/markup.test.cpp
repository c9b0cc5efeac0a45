// SPDX-License-Identifier: Apache-2.0
#include "reference/vocabulary/system/markup.hpp"

#include <gtest/gtest.h>

namespace slim {
namespace {

TEST(Html, HasNoTagsAndNoControlCharacters) {
  EXPECT_EQ(html(R"(<a href="x">'&'</a>)"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(html("\x1b[31m\xff∝\n\t"), "?[31m?∝\n\t");
  EXPECT_EQ(html(std::string_view("a\0b", 3)), "a?b");
}

TEST(Markdown, HasNoMarkupOnOneLine) {
  EXPECT_EQ(markdown("<script>alert(1)</script>"), "&lt;script>alert(1)&lt;/script>");
  EXPECT_EQ(markdown("[x](http://a) `b` **c** ~~d~~ a|b \\"),
            "\\[x](http://a) \\`b\\` \\*\\*c\\*\\* \\~\\~d\\~\\~ a\\|b \\\\");
  EXPECT_EQ(markdown("one\n# two\r\x1b]0;title\x07"), "one # two??]0;title?");
  EXPECT_EQ(markdown("d_model=4 _x_ &lt;"), "d_model=4 \\_x\\_ &amp;lt;");
}

TEST(MarkdownCode, IsFencedByMoreBackticksThanItContains) {
  EXPECT_EQ(markdown_code("slim-verify replay 'a b'"), "`slim-verify replay 'a b'`");
  EXPECT_EQ(markdown_code("`a``b"), "``` `a``b ```");
  EXPECT_EQ(markdown_code("a|b<c>"), "`a|b<c>`");
  EXPECT_EQ(markdown_code("a|b", true), "`a\\|b`");
  EXPECT_EQ(markdown_code("a\nb\x1b[2J\xff"), "`a b?[2J?`");
  EXPECT_EQ(markdown_code(""), "`  `") << "two spaces are code, two backticks are not";
}

}  // namespace
}  // namespace slim
