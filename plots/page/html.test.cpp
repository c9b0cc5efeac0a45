// SPDX-License-Identifier: Apache-2.0
#include "plots/page/html.hpp"

#include "reference/vocabulary/scalars/contract.hpp"

#include <gtest/gtest.h>

namespace slim::plots {
namespace {

TEST(Html, escapes_markup) {
  EXPECT_EQ(escaped("<a href=\"x\">'&'</a>"),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(escaped(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(escaped("∝ 1/C"), "∝ 1/C");
}

TEST(Html, inlines_svg_with_unique_ids) {
  const std::string svg = inline_svg(
      "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 1 1\">\n<title>Gnuplot</title>\n"
      "<desc>Produced by GNUPLOT</desc>\n<g id=\"canvas\"><circle id='dot'/>"
      "<use xlink:href='#dot'/><path filter='url(#dot)'/></g></svg>\n\n",
      "one", "A <title>", "Its description");
  EXPECT_EQ(svg,
            "<svg role=\"img\" aria-labelledby=\"one-title one-description\" \n"
            " viewBox=\"0 0 1 1\">\n<title id=\"one-title\">A &lt;title&gt;</title>"
            "<desc id=\"one-description\">Its description</desc>\n"
            "<g id=\"one-canvas\"><circle id='one-dot'/>"
            "<use xlink:href='#one-dot'/><path filter='url(#one-dot)'/></g></svg>");
}

TEST(Html, refuses_text_that_is_not_svg) {
  EXPECT_THROW(inline_svg("", "p", "", ""), ContractError);
  EXPECT_THROW(inline_svg("<svg>cut off", "p", "", ""), ContractError);
}

TEST(Html, gives_figures_the_colours_of_the_page_but_not_curves) {
  const std::string svg = inline_svg(
      "<svg><title>x</title><desc>y</desc><rect fill=\"#ffffff\"/><g color='rgb(  0, 158, 115)' "
      "stroke='rgb( 51,  51,  51)' fill=\"black\"/></svg>",
      "one", "t", "black");
  for (const char* part : {"fill=\"var(--card)\"", "color='rgb(  0, 158, 115)'",
                           "stroke='var(--ink)'", "fill=\"var(--ink)\"", ">black</desc>"}) {
    EXPECT_NE(svg.find(part), std::string::npos) << part << svg;
  }
}

}  // namespace
}  // namespace slim::plots
