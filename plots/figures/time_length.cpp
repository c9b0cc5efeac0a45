// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/time_length.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

namespace slim::plots {
namespace {

Chart draw_time_length(std::span<const Record> records) {
  Chart chart = chart_over_length(records, seconds);
  chart.unit = "seconds";
  chart.error_bars = true;
  chart.y = seconds_axis("time of one gradient", y_range(chart.curves));
  add_guide(chart, "∝ L", 1.0, true, Side::below);
  return chart;
}

}  // namespace

Figure time_length() {
  return {.name = "time-length",
          .title = "Time of one gradient over the sequence's length",
          .finding = "Time grows in proportion to L, in slices or not",
          .caption =
              "Wall time, medians with quartiles. Sliced or not, the time should grow in "
              "proportion to the length L (dotted); the distance between the curves is the "
              "cost of running the slices again.",
          .claims = {"SERIAL/seconds", "SERIAL"},
          .experiment = "length",
          .quantity = Quantity::seconds,
          .draw = draw_time_length};
}

}  // namespace slim::plots
