// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/style.hpp"

#include <gtest/gtest.h>

#include <set>
#include <span>
#include <string>
#include <tuple>

namespace slim::plots {
namespace {

Curve curve_of(const std::string& colour, const std::string& line) {
  Curve curve;
  curve.colour_of = colour;
  curve.line_of = line;
  return curve;
}

TEST(Styles, have_the_colour_of_the_configuration_and_the_line_of_the_method) {
  std::set<std::string_view> colours;
  for (const char* name : {"I", "II", "III", "IV"}) {
    const auto styles =
        styles_of(std::vector{curve_of(name, "iterative"), curve_of(name, "explicit")});
    EXPECT_EQ(styles[0].colour, styles[1].colour);
    EXPECT_NE(styles[0].dash, styles[1].dash);
    EXPECT_NE(styles[0].marker, styles[1].marker);
    colours.insert(styles[0].colour);
  }
  EXPECT_EQ(colours.size(), 4U);
}

TEST(Styles, do_not_depend_on_other_curves) {
  std::vector<Curve> curves(5);
  curves[0].subject = "stored/iterative";
  curves[1].subject = "recovered/iterative";
  curves[2].full_pass = true;
  curves[3].subject = "softmax";
  curves[4].subject = "bisected/tree";
  const auto all = styles_of(curves);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const CurveStyle one = styles_of(std::span(curves).subspan(i, 1))[0];
    EXPECT_EQ(one.colour, all[i].colour) << i;
    EXPECT_EQ(one.dash, all[i].dash) << i;
    EXPECT_EQ(one.marker, all[i].marker) << i;
  }
}

TEST(Styles, of_like_curves_differ_in_dashes) {
  std::vector<Curve> curves(6);
  for (Curve& curve : curves) curve.subject = "recovered/iterative";
  std::set<std::string_view> dashes;
  for (const CurveStyle& style : styles_of(curves)) dashes.insert(style.dash);
  EXPECT_EQ(dashes.size(), 6U);
}

TEST(Styles, of_all_prefix_sums_of_a_boundary_differ) {
  std::set<std::tuple<std::string_view, std::string_view, int>> all;
  for (const char* sum : {"iterative", "explicit", "tree", "blocked", "iterative-subtracting"}) {
    Curve curve;
    curve.subject = std::string("recovered/") + sum;
    const CurveStyle style = styles_of(std::span(&curve, 1))[0];
    all.insert({style.colour, style.dash, style.marker});
  }
  EXPECT_EQ(all.size(), 5U);
}

TEST(Styles, exist_for_any_number_of_curves) {
  EXPECT_EQ(styles_of(std::vector<Curve>(20)).size(), 20U);
}

}  // namespace
}  // namespace slim::plots
