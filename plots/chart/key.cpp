// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/key.hpp"

#include "plots/chart/script.hpp"
#include "plots/chart/style.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::plots {
namespace {

std::size_t longest_label(const Chart& chart) {
  std::size_t longest = 0;
  for (const Curve& curve : chart.curves) longest = std::max(longest, curve.label.size());
  return longest;
}

/// Whether each curve has its label at its end instead of in a key: few curves with short labels,
/// which all end at the right, apart from each other.
bool has_direct_labels(const Chart& chart) {
  constexpr std::size_t most_curves = 4;
  constexpr std::size_t most_characters = 20;
  constexpr double least_distance = 0.07;
  const std::size_t count = chart.curves.size();
  if (chart.bars || count == 0 || count > most_curves || longest_label(chart) > most_characters) {
    return false;
  }
  const auto end = [&](std::size_t i) { return chart.curves[i].points.back(); };
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<Point>& points = chart.curves[i].points;
    if (points.size() < 2 || points.back().x < chart.curves.front().points.back().x) return false;
    if (points.back().x > chart.curves.front().points.back().x) return false;
    for (std::size_t j = 0; j < i; ++j) {
      const double apart =
          height_of(chart.y, end(i).y.median) - height_of(chart.y, end(j).y.median);
      if (std::abs(apart) < least_distance) return false;
    }
  }
  return true;
}

}  // namespace

double height_of(const Axis& axis, double y) {
  return axis.linear ? (y - axis.low) / (axis.high - axis.low)
                     : std::log(y / axis.low) / std::log(axis.high / axis.low);
}

double direct_width(const Chart& chart) {
  constexpr double of_a_character = 0.0135;
  return has_direct_labels(chart) ? of_a_character * static_cast<double>(longest_label(chart))
                                  : 0.0;
}

Key key_of(const Chart& chart) {
  // Characters of a label that fit into half of the page and into all of it.
  constexpr std::size_t half = 28;
  constexpr std::size_t whole = 62;
  if (has_direct_labels(chart)) return {};
  std::size_t curves = 0;
  for (const Curve& curve : chart.curves) curves += curve.label.empty() ? 0 : 1;
  const std::size_t longest = longest_label(chart);
  const bool one_column = curves <= 4 || longest > half;
  const std::size_t rows = one_column ? curves : (curves + 1) / 2;
  return {.rows = chart.key_rows > 0 && !one_column ? chart.key_rows : rows,
          .font = longest > whole ? 11 : 13};
}

std::string direct_labels(const Chart& chart) {
  if (!has_direct_labels(chart)) return {};
  std::string text;
  const std::vector<CurveStyle> styles = styles_of(chart.curves);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    const Point& end = chart.curves[i].points.back();
    text += fmt::format(
        "set label {} {} at {}, {} left offset 0.9, 0 noenhanced font ',13' textcolor rgb '{}'\n",
        60 + i, gnuplot_quoted(chart.curves[i].label), end.x, end.y.median, styles[i].colour);
  }
  return text;
}

}  // namespace slim::plots
