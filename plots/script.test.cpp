#include "plots/script.hpp"

#include <gtest/gtest.h>

namespace slim::plots {
namespace {

TEST(Script, quotes_so_that_nothing_is_special) {
  EXPECT_EQ(gnuplot_quoted("plain"), "'plain'");
  EXPECT_EQ(gnuplot_quoted("it's"), "'it''s'");
  EXPECT_EQ(gnuplot_quoted("a\nsystem('x')"), "'a system(''x'')'");
  EXPECT_EQ(gnuplot_quoted("`x` \"y\" \\z"), "'`x` \"y\" \\z'");
}

TEST(Script, data_carry_every_digit) {
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

TEST(Script, data_keep_their_columns_whatever_a_label_holds) {
  Chart chart;
  chart.curves = {{"a\tb\nc", "", false, {{8, 2, 4, 8.0, {1.0, 2.0, 3.0, 5}}}}};
  EXPECT_EQ(data_of(chart)[3], "a b c\t8\t2\t4\t2\t1\t3\t5");
}

TEST(Script, comments_stay_on_one_line) {
  Chart chart;
  chart.title = "title\nsystem('touch evil')";
  const std::string script = script_of(chart, "stem", "origin\nsystem('touch evil')");
  EXPECT_EQ(script.find("\nsystem"), std::string::npos);
}

}  // namespace
}  // namespace slim::plots
