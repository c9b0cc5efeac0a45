// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/script.hpp"

#include <gtest/gtest.h>

namespace slim::plots {
namespace {

TEST(Script, quotes_without_special_characters) {
  EXPECT_EQ(gnuplot_quoted("plain"), "'plain'");
  EXPECT_EQ(gnuplot_quoted("it's"), "'it''s'");
  EXPECT_EQ(gnuplot_quoted("a\nsystem('x')"), "'a system(''x'')'");
  EXPECT_EQ(gnuplot_quoted("a\x1b[2J\xff\xc2\x9b€"), "'a?[2J???€'");
  EXPECT_EQ(gnuplot_quoted("`x` \"y\" \\z"), "'`x` \"y\" \\z'");
}

TEST(Script, writes_data_with_every_digit) {
  Chart chart;
  chart.unit = "seconds";
  const double x = 0.1 + 0.2;
  chart.curves = {{"a, C = 2", "a", false, {{8, 2, 4, 8.0, {x / 3.0, x, 1e300, 5}}}}};
  const std::vector<std::string> data = data_of(chart);
  ASSERT_EQ(data.size(), 4U);
  EXPECT_EQ(data[0],
            "curve\tlength\tslice\tslices\tseconds_median\tseconds_lower_quartile\t"
            "seconds_upper_quartile\tsamples");
  EXPECT_EQ(data[1], "");
  EXPECT_EQ(data[2], "");
  EXPECT_EQ(data[3], "a, C = 2\t8\t2\t4\t0.30000000000000004\t0.10000000000000002\t1e+300\t5");
}

TEST(Script, keeps_data_columns_for_any_label) {
  Chart chart;
  chart.curves = {{"a\tb\nc", "", false, {{8, 2, 4, 8.0, {1.0, 2.0, 3.0, 5}}}}};
  EXPECT_EQ(data_of(chart)[3], "a b c\t8\t2\t4\t2\t1\t3\t5");
}

TEST(Script, keeps_comments_on_one_line) {
  Chart chart;
  chart.title = "title\nsystem('touch evil')";
  const std::string script = script_of(chart, "stem", "origin\nsystem('touch evil')");
  EXPECT_EQ(script.find("\nsystem"), std::string::npos);
}

TEST(Script, names_mean_and_deviation_columns) {
  Chart chart;
  chart.unit = "seconds";
  chart.spread = Spread::deviation;
  EXPECT_EQ(data_of(chart)[0],
            "curve\tlength\tslice\tslices\tseconds_mean\tseconds_mean_less_deviation\t"
            "seconds_mean_and_deviation\tsamples");
}

TEST(Script, draws_bars_in_groups_with_their_notes) {
  Chart chart;
  chart.unit = "longest_length";
  chart.over = Over::other;
  chart.x_name = "cap";
  chart.bars = true;
  chart.x = {.label = "cap", .low = 0.5, .high = 1.5, .ticks = {{1.0, "64 MiB"}}};
  chart.x.linear = true;
  chart.curves = {{"full", "a", true, {{8, 8, 1, 1.0, {0.0, 0.0, 0.0, 1}, "none"}}},
                  {"cut", "a", false, {{8, 2, 4, 1.0, {64.0, 64.0, 64.0, 1}, "2^{6}\t"}}}};
  const std::vector<std::string> data = data_of(chart);
  EXPECT_TRUE(data[0].ends_with("\tsamples\tcap\tnote"));
  EXPECT_EQ(data[6], "cut\t8\t2\t4\t64\t64\t64\t1\t1\t2^{6} ");
  const std::string script = script_of(chart, "stem", "origin");
  EXPECT_NE(script.find("($9-0.2100)"), std::string::npos);
  EXPECT_NE(script.find("($9+0.2100)"), std::string::npos);
  EXPECT_NE(script.find("fillstyle pattern"), std::string::npos) << "the full pass";
  EXPECT_NE(script.find("fillstyle solid"), std::string::npos) << "slices";
  EXPECT_EQ(script.find("set logscale x"), std::string::npos);
}

TEST(Script, enlarges_the_page_for_text_above_the_plot) {
  Chart chart;
  chart.title = "title";
  chart.curves.resize(1);
  EXPECT_NE(script_of(chart, "stem", "").find("svg size 600, 450 "), std::string::npos);
  chart.verdicts.assign(12, {"CLAIM: SUPPORTED, 0, exact", "SUPPORTED"});
  const std::string script = script_of(chart, "stem", "");
  EXPECT_EQ(script.find("svg size 600, 450 "), std::string::npos);
  EXPECT_NE(script.find("'CLAIM: SUPPORTED, 0, exact'"), std::string::npos);
}

}  // namespace
}  // namespace slim::plots
