// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/critical_path.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"

#include <fmt/format.h>

namespace slim::plots {
namespace {

constexpr Index slices_shown = 8;

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
  chart.over = Over::slice;
  chart.unit = "critical_path";
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  chart.y = power_of_two_axis("sequential operations", y_range(chart.curves));
  return chart;
}

}  // namespace

Figure critical_path() {
  return {.name = "critical-path",
          .title = "Parallel time: the critical path",
          .caption =
              "The longest chain of dependent operations of a gradient, counted "
              "exactly: its time on a machine with unlimited processors. At a fixed "
              "number of slices it grows like log C for a tree and like C for a loop. "
              "Recomputed and bisected boundaries need further sequential sweeps.",
          .claims = {"PARALLEL", "PARALLEL/iterative", "WORK", "WORK/recomputed", "WORK/bisected"},
          .experiment = "work",
          .quantity = Quantity::operations,
          .draw = draw_critical_path};
}

}  // namespace slim::plots
