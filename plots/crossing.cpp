#include "plots/crossing.hpp"

#include "plots/axes.hpp"
#include "plots/curves.hpp"
#include "plots/guides.hpp"

namespace slim::plots {
namespace {

/// Softmax is no full pass of a Performer: a curve of its own.
Chart draw_over_length(std::span<const Record> records, double (*value)(const Record&)) {
  Chart chart = chart_over_length(records, value);
  for (Curve& curve : chart.curves) {
    if (curve.subject != "softmax") continue;
    curve.label = "softmax attention";
    curve.full_pass = false;
  }
  return chart;
}

Chart draw_crossing_memory(std::span<const Record> records) {
  Chart chart = draw_over_length(records, peak_bytes);
  chart.unit = "bytes";
  chart.y = bytes_axis("peak memory beyond parameters", y_range(chart.curves));
  return chart;
}

Chart draw_crossing_time(std::span<const Record> records) {
  Chart chart = draw_over_length(records, seconds);
  chart.unit = "seconds";
  chart.error_bars = true;
  chart.y = seconds_axis("time of one gradient", y_range(chart.curves));
  return chart;
}

}  // namespace

Figure crossing_memory() {
  return {.name = "crossing-memory",
          .title = "Softmax attention against a Performer: memory",
          .caption =
              "The same model but for its attention. Counted bytes beyond parameters, gradient and "
              "tokens; softmax attention keeps every head's weights.",
          .claims = {"TABLE1/softmax/memory", "TABLE1/full/memory", "TABLE1/C/memory"},
          .experiment = "crossing",
          .quantity = Quantity::bytes,
          .draw = draw_crossing_memory};
}

Figure crossing_time() {
  return {.name = "crossing-time",
          .title = "Softmax attention against a Performer: time",
          .caption = "The same model but for its attention; medians with quartiles.",
          .claims = {"TABLE1/softmax/serial", "TABLE1/full/serial", "TABLE1/C/serial"},
          .experiment = "crossing",
          .quantity = Quantity::seconds,
          .draw = draw_crossing_time};
}

}  // namespace slim::plots
