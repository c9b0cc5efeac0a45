// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/guides.hpp"

#include "plots/chart/key.hpp"
#include "plots/figures/curves.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace slim::plots {
namespace {

double height(const Guide& guide, double x) {
  return guide.coefficient * std::pow(x, guide.exponent);
}

/// Position of the curve at x on the same scale, linear between its points.
double curve_share(const Axis& axis, const Curve& curve, double x) {
  const auto& points = curve.points;
  const auto after =
      std::find_if(points.begin(), points.end(), [&](const Point& point) { return point.x >= x; });
  if (after == points.end()) return height_of(axis, points.back().y.median);
  const double high = height_of(axis, after->y.median);
  if (after == points.begin()) return high;
  const Point& before = *std::prev(after);
  return std::lerp(height_of(axis, before.y.median), high,
                   std::log(x / before.x) / std::log(after->x / before.x));
}

/// Distance of a label at x to the nearest curve, level or the bottom, as a fraction of the chart's
/// height.
double clearance(const Chart& chart, const Guide& guide, double x) {
  const double label = height_of(chart.y, height(guide, x)) + (guide.above ? 0.07 : -0.07);
  double room = label;
  for (const Curve& curve : chart.curves) {
    const bool level = chart.full_pass_level && curve.full_pass;
    const double other =
        level ? height_of(chart.y, curve.points.back().y.median) : curve_share(chart.y, curve, x);
    room = std::min(room, std::abs(other - label));
  }
  return room;
}

/// The middle of the guide, or the emptiest place near it if that is not free.
double label_place(const Chart& chart, const Guide& guide) {
  constexpr double enough = 0.1;
  double best = 0.0;
  double most = -HUGE_VAL;
  for (const double part : {0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8}) {
    const double x = guide.from * std::pow(guide.to / guide.from, part);
    const double room = std::min(enough, clearance(chart, guide, x));
    if (room > most) {
      most = room;
      best = x;
    }
  }
  return best;
}

}  // namespace

void add_guide(Chart& chart, std::string label, double exponent, bool full_pass, Side side) {
  std::vector<Curve> curves;
  std::copy_if(chart.curves.begin(), chart.curves.end(), std::back_inserter(curves),
               [&](const Curve& curve) { return curve.full_pass == full_pass; });
  if (curves.empty()) return;

  const bool above = side == Side::above;
  const double distance = std::pow(chart.y.high / chart.y.low, 0.04);
  double coefficient = above ? 0.0 : HUGE_VAL;
  for (const Curve& curve : curves) {
    for (const Point& point : curve.points) {
      const double power = std::pow(point.x, exponent);
      coefficient = above ? std::max(coefficient, point.y.upper / power * distance)
                          : std::min(coefficient, point.y.lower / power / distance);
    }
  }

  // y is inside [low, high] exactly while x is between its two intersections with them.
  auto [from, to] = x_range(curves);
  const double margin = std::pow(chart.y.high / chart.y.low, 0.02);
  if (exponent != 0.0) {
    const double at_low = std::pow(chart.y.low * margin / coefficient, 1.0 / exponent);
    const double at_high = std::pow(chart.y.high / margin / coefficient, 1.0 / exponent);
    from = std::max(from, std::min(at_low, at_high));
    to = std::min(to, std::max(at_low, at_high));
  }
  if (!(std::log(to / from) >= 0.1 * std::log(chart.x.high / chart.x.low))) return;
  Guide guide{.label = std::move(label),
              .exponent = exponent,
              .coefficient = coefficient,
              .from = from,
              .to = to,
              .above = above};
  guide.label_at = label_place(chart, guide);
  chart.guides.push_back(std::move(guide));
}

void add_level(Chart& chart, double value, std::string label) {
  if (!chart.y.linear) {
    chart.y.low = std::min(chart.y.low, value / 2.0);
    chart.y.high = std::max(chart.y.high, 2.0 * value);
  }
  Guide line{.label = std::move(label),
             .exponent = 0.0,
             .coefficient = value,
             .from = chart.x.low,
             .to = chart.x.high,
             .above = true};
  line.label_at = chart.x.high;
  chart.guides.push_back(std::move(line));
}

}  // namespace slim::plots
