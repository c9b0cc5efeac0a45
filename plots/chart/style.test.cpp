// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/style.hpp"

#include <gtest/gtest.h>

#include <set>

namespace slim::plots {
namespace {

TEST(Styles, of_nine_curves_differ_in_colour_and_in_marker) {
  std::vector<Curve> curves(9);
  curves[2].full_pass = true;
  curves[5].subject = "recovered/iterative";
  std::set<std::string_view> colours;
  std::set<int> markers;
  for (const CurveStyle& style : styles_of(curves)) {
    colours.insert(style.colour);
    markers.insert(style.marker);
  }
  EXPECT_EQ(colours.size(), 9U);
  EXPECT_EQ(markers.size(), 9U);
}

TEST(Styles, of_a_kind_of_curve_do_not_depend_on_its_position) {
  std::vector<Curve> curves(2);
  curves[0].subject = "stored/iterative";
  curves[1].subject = "recovered/iterative";
  const auto one = styles_of(curves);
  std::swap(curves[0], curves[1]);
  const auto other = styles_of(curves);
  EXPECT_EQ(one[0].colour, other[1].colour);
  EXPECT_EQ(one[1].colour, other[0].colour);
}

TEST(Styles, of_the_full_pass_do_not_depend_on_its_position) {
  std::vector<Curve> curves(9);
  curves.front().full_pass = true;
  const CurveStyle first = styles_of(curves).front();
  std::swap(curves.front(), curves.back());
  const auto other = styles_of(curves);
  EXPECT_EQ(other.back().marker, first.marker);
  for (std::size_t i = 0; i + 1 < other.size(); ++i) EXPECT_NE(other[i].marker, first.marker);
}

TEST(Styles, exist_for_any_number_of_curves) {
  EXPECT_EQ(styles_of(std::vector<Curve>(20)).size(), 20U);
}

}  // namespace
}  // namespace slim::plots
