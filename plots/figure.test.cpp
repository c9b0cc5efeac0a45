#include "plots/figure.hpp"

#include "plots/catalogue.hpp"
#include "reference/vocabulary/contract.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace slim::plots {
namespace {

Record bytes(Index length, std::int64_t peak, const std::string& code) {
  Record record;
  record.experiment = "length";
  record.setting.length = length;
  record.setting.slice = 4;
  record.measured = experiments::Bytes{.tokens = 100, .peak = peak, .scratch = {}};
  record.provenance.code = code;
  return record;
}

TEST(Figures, have_names_of_their_own) {
  std::set<std::string> names;
  for (const Figure& figure : catalogue()) names.insert(figure.name);
  EXPECT_EQ(names.size(), catalogue().size());
  EXPECT_EQ(names, (std::set<std::string>{"memory-length", "time-length", "memory-slice",
                                          "time-slice", "figure2-time", "figure2-memory",
                                          "figure2-discrepancy", "crossing-memory", "crossing-time",
                                          "figure3-copying", "figure3-text", "fine-tuning"}));
  EXPECT_THROW(find_figure("memory"), ContractError);
}

TEST(Figures, show_memory_without_the_tokens) {
  const DrawnFigure drawn = chart_figure(find_figure("memory-length"),
                                         std::vector{bytes(8, 150, "x"), bytes(16, 170, "x")});
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points[0].y.median, 50.0);
  EXPECT_EQ(drawn.chart.curves[0].points[1].y.median, 70.0);
}

TEST(Figures, leave_out_records_of_other_code) {
  const DrawnFigure drawn =
      chart_figure(find_figure("memory-length"),
                   std::vector{bytes(8, 150, "old"), bytes(16, 170, "new"), bytes(32, 190, "new")});
  ASSERT_EQ(drawn.chart.curves.size(), 1U);
  EXPECT_EQ(drawn.chart.curves[0].points.size(), 2U);
  EXPECT_EQ(drawn.left_out, 1U);
}

TEST(Figures, are_empty_without_records) {
  EXPECT_TRUE(chart_figure(find_figure("time-length"), std::vector{bytes(8, 150, "x")}).empty());
}

TEST(Figures, refuse_numbers_that_no_logarithm_takes) {
  EXPECT_THROW(chart_figure(find_figure("memory-length"), std::vector{bytes(8, 100, "x")}),
               ContractError);
  Record record = bytes(8, 150, "x");
  for (const double bad : {0.0, -1.0, HUGE_VAL}) {
    record.measured = experiments::Seconds{.seconds = bad};
    EXPECT_THROW(chart_figure(find_figure("time-length"), std::vector{record}), ContractError);
  }
}

}  // namespace
}  // namespace slim::plots
