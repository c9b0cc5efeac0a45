// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/critical_path.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

namespace slim::plots {
namespace {

constexpr Index slices_shown = 8;

/// The operations that do not grow with C: those of the tree at C = 1, where log C is 0. Needs two
/// slice lengths; 0 without them.
double constant_part(const std::vector<Curve>& curves) {
  for (const Curve& curve : curves) {
    if (!curve.subject.ends_with("/tree") || curve.points.size() < 2) continue;
    const Point& a = curve.points[0];
    const Point& b = curve.points[1];
    return a.y.median - std::log2(a.x) * (b.y.median - a.y.median) / std::log2(b.x / a.x);
  }
  return 0.0;
}

Chart draw_critical_path(std::span<const Record> records) {
  LabelledCurves gathered;
  for (const Record& record : records) {
    const experiments::Setting& setting = record.setting;
    const bool shown = setting.subject.starts_with("recovered/") ||
                       setting.subject == "recomputed/tree" || setting.subject == "bisected/tree";
    if (!shown || setting.slices() != slices_shown) continue;
    const auto& operations = std::get<Operations>(record.measured);
    gathered.add(setting.subject, record, static_cast<double>(setting.slice),
                 static_cast<double>(operations.depth));
  }
  Chart chart;
  chart.subtitle = fmt::format("N = {} slices, d_model 8, 1 layer", slices_shown);
  chart.curves = gathered.curves();
  if (chart.curves.empty()) return chart;
  const double constant = constant_part(chart.curves);
  chart.subtitle += fmt::format("; the {:.0f} operations of C = 1 are subtracted", constant);
  for (Curve& curve : chart.curves) {
    for (Point& point : curve.points) {
      for (double* y : {&point.y.lower, &point.y.median, &point.y.upper}) *y -= constant;
    }
    std::erase_if(curve.points, [](const Point& point) { return !(point.y.median > 0.0); });
  }
  std::erase_if(chart.curves, [](const Curve& curve) { return curve.points.empty(); });
  chart.over = Over::slice;
  chart.unit = "critical_path_beyond_constant";
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  chart.y = power_of_two_axis("sequential operations", y_range(chart.curves));
  add_guide(chart, "∝ C", 1.0, false, Side::above);
  return chart;
}

}  // namespace

Figure critical_path() {
  return {.name = "critical-path",
          .title = "Parallel time: the critical path",
          .finding = "With a tree, parallel time grows like log C",
          .caption =
              "The longest chain of dependent operations of a gradient, counted "
              "exactly: its time on a machine with unlimited processors. At a fixed "
              "number of slices it grows like log C for a tree and like C for a loop. "
              "Operations that do not grow with C are subtracted. "
              "Recomputed and bisected boundaries need further sequential sweeps.",
          .claims = {"PARALLEL", "PARALLEL/iterative", "WORK", "WORK/recomputed", "WORK/bisected"},
          .experiment = "work",
          .quantity = Quantity::operations,
          .draw = draw_critical_path};
}

}  // namespace slim::plots
