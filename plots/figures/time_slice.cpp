// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/time_slice.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

namespace slim::plots {
namespace {

Chart draw_time_slice(std::span<const Record> records) {
  Chart chart = chart_over_slice(records, seconds);
  chart.unit = "seconds";
  chart.error_bars = true;
  chart.full_pass_level = true;
  chart.y = seconds_axis("time of one gradient", y_range(chart.curves));
  add_guide(chart, "∝ 1/C", -1.0, false, Side::below);
  return chart;
}

}  // namespace

Figure time_slice() {
  return {.name = "time-slice",
          .title = "Time of one gradient over the slice length",
          .finding = "Slices cost little time until they are short",
          .caption =
              "Wall time at a fixed length L, medians with quartiles. The cross and its "
              "level are the full pass (C = L); the dotted line is proportional to 1/C, "
              "the number of slices.",
          .claims = {"SERIAL/seconds", "SERIAL"},
          .experiment = "slice",
          .quantity = Quantity::seconds,
          .draw = draw_time_slice};
}

}  // namespace slim::plots
