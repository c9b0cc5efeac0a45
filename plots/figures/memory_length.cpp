// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/memory_length.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

namespace slim::plots {
namespace {

Chart draw_memory_length(std::span<const Record> records) {
  Chart chart = chart_over_length(records, peak_bytes);
  chart.unit = "bytes";
  chart.y = bytes_axis("peak memory beyond parameters", y_range(chart.curves));
  add_guide(chart, "∝ L", 1.0, true, Side::above);
  add_guide(chart, "flat", 0.0, false, Side::below);
  return chart;
}

}  // namespace

Figure memory_length() {
  return {
      .name = "memory-length",
      .title = "Memory of one gradient over the sequence's length",
      .finding = "In slices, peak memory does not grow with L",
      .caption =
          "Peak bytes beyond the parameters, their gradient and the token ids themselves, "
          "counted exactly. At a fixed slice length C the paper's algorithm needs the same memory "
          "at any length L; the full pass (C = L) grows in proportion to L.",
      .claims = {"MEMORY-C", "BYTES"},
      .experiment = "length",
      .quantity = Quantity::bytes,
      .draw = draw_memory_length};
}

}  // namespace slim::plots
