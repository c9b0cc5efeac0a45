// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/guides.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace slim::plots {
namespace {

Point point(double x, double y) {
  return {.x = x, .y = {y, y, y, 1}};
}

Chart chart() {
  Chart chart;
  chart.x = {.label = "", .low = 0.5, .high = 32.0, .ticks = {}};
  chart.y = {.label = "", .low = 0.5, .high = 64.0, .ticks = {}};
  chart.curves = {{"", "", false, {point(1.0, 2.0), point(4.0, 9.0), point(16.0, 32.0)}}};
  return chart;
}

double at(const Guide& guide, double x) {
  return guide.coefficient * std::pow(x, guide.exponent);
}

TEST(Guides, are_entirely_on_one_side_of_the_curves) {
  for (const double exponent : {-1.0, 0.0, 0.5, 1.0}) {
    Chart below = chart();
    add_guide(below, "", exponent, false, Side::below);
    ASSERT_EQ(below.guides.size(), 1U);
    for (const Point& p : below.curves[0].points) {
      EXPECT_LT(at(below.guides[0], p.x), p.y.median);
    }
    Chart above = chart();
    above.y.high = 1024.0;
    add_guide(above, "", exponent, false, Side::above);
    ASSERT_EQ(above.guides.size(), 1U);
    for (const Point& p : above.curves[0].points) {
      EXPECT_GT(at(above.guides[0], p.x), p.y.median);
    }
  }
}

TEST(Guides, stay_inside_the_chart) {
  Chart steep = chart();
  add_guide(steep, "", -1.0, false, Side::below);
  ASSERT_EQ(steep.guides.size(), 1U);
  const Guide& guide = steep.guides[0];
  EXPECT_GE(guide.from, 1.0);
  EXPECT_LT(guide.to, 16.0);
  EXPECT_GE(at(guide, guide.to), steep.y.low);
}

TEST(Guides, have_labels_away_from_the_level_of_the_full_pass) {
  Chart crossed = chart();
  add_guide(crossed, "", 1.0, false, Side::below);
  const double middle = crossed.guides[0].label_at;
  EXPECT_DOUBLE_EQ(middle, std::sqrt(crossed.guides[0].from * crossed.guides[0].to));

  // A level at the former position of the label.
  Curve level{"", "", true, {point(16.0, at(crossed.guides[0], middle) / 1.4)}};
  crossed.curves.push_back(level);
  crossed.full_pass_level = true;
  add_guide(crossed, "", 1.0, false, Side::below);
  EXPECT_NE(crossed.guides[1].label_at, middle);
}

TEST(Guides, are_left_out_without_matching_curves) {
  Chart only_sliced = chart();
  add_guide(only_sliced, "", 1.0, true, Side::above);
  EXPECT_TRUE(only_sliced.guides.empty());
}

}  // namespace
}  // namespace slim::plots
