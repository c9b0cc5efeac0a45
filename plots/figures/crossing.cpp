// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/crossing.hpp"

#include "experiments/statistics/crossing.hpp"
#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::plots {
namespace {

/// Softmax attention is not a full pass of a Performer, so it gets a separate curve.
Chart draw_over_length(std::span<const Record> records, double (*value)(const Record&)) {
  Chart chart = chart_over_length(records, value);
  for (Curve& curve : chart.curves) {
    if (curve.subject != "softmax") continue;
    curve.label = "softmax attention";
    curve.full_pass = false;
  }
  return chart;
}

/// Adds a vertical line where softmax attention begins to cost more than the Performer.
void mark_crossings(Chart& chart) {
  const auto softmax = std::find_if(chart.curves.begin(), chart.curves.end(),
                                    [](const Curve& curve) { return curve.subject == "softmax"; });
  if (softmax == chart.curves.end()) return;
  for (const Curve& curve : chart.curves) {
    if (&curve == &*softmax) continue;
    std::vector<experiments::CostPair> costs;
    for (const Point& point : curve.points) {
      for (const Point& other : softmax->points) {
        if (other.x == point.x) costs.push_back({point.x, other.y.median, point.y.median});
      }
    }
    const auto crossing = experiments::find_crossing(costs);
    if (!crossing || crossing->low <= 0.0) continue;
    chart.marks.push_back({crossing->size, fmt::format("L = {:.0f}, {}", crossing->size,
                                                       curve.full_pass ? "full pass" : "slices")});
  }
}

/// The slopes that the costs approach: L² with softmax attention, L with the full pass. Each ends
/// above the last point of its curve.
void add_slopes(Chart& chart) {
  for (const Curve& curve : chart.curves) {
    const bool softmax = curve.subject == "softmax";
    if (!softmax && !curve.full_pass) continue;
    const Point& end = curve.points.back();
    Guide guide = {.label = softmax ? "∝ L²" : "∝ L", .exponent = softmax ? 2.0 : 1.0};
    guide.to = end.x;
    guide.from = end.x / 8.0;
    guide.coefficient = (softmax ? 1.5 : 0.7) * end.y.median / std::pow(end.x, guide.exponent);
    guide.above = softmax;
    guide.label_at = end.x / 3.0;
    if (guide.from >= chart.x.low) chart.guides.push_back(guide);
  }
}

Chart draw_crossing_memory(std::span<const Record> records) {
  Chart chart = draw_over_length(records, peak_bytes);
  chart.unit = "bytes";
  chart.y = bytes_axis("peak memory beyond parameters", y_range(chart.curves));
  mark_crossings(chart);
  add_slopes(chart);
  return chart;
}

Chart draw_crossing_time(std::span<const Record> records) {
  Chart chart = draw_over_length(records, seconds);
  chart.unit = "seconds";
  chart.error_bars = true;
  chart.y = seconds_axis("time of one gradient", y_range(chart.curves));
  mark_crossings(chart);
  add_slopes(chart);
  return chart;
}

}  // namespace

Figure crossing_memory() {
  return {.name = "crossing-memory",
          .title = "Softmax attention against a Performer: memory",
          .finding = "On long sequences, softmax attention needs more memory",
          .caption =
              "The same model with either attention. Counted bytes beyond parameters, gradient and "
              "tokens; softmax attention stores every head's weights. Vertical lines "
              "mark where it begins to take more.",
          .claims = {"CROSSING/bytes"},
          .experiment = "crossing",
          .quantity = Quantity::bytes,
          .draw = draw_crossing_memory};
}

Figure crossing_time() {
  return {.name = "crossing-time",
          .title = "Softmax attention against a Performer: time",
          .finding = "On long sequences, softmax attention takes longer",
          .caption =
              "The same model with either attention; medians with quartiles. Vertical lines "
              "mark where softmax attention begins to take longer.",
          .claims = {"CROSSING/seconds"},
          .experiment = "crossing",
          .quantity = Quantity::seconds,
          .draw = draw_crossing_time};
}

}  // namespace slim::plots
