// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/memory_slice.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

namespace slim::plots {
namespace {

Chart draw_memory_slice(std::span<const Record> records) {
  Chart chart = chart_over_slice(records, peak_bytes);
  chart.unit = "bytes";
  chart.full_pass_level = true;
  chart.y = bytes_axis("peak memory beyond parameters", y_range(chart.curves));
  add_guide(chart, "∝ C", 1.0, false, Side::below);
  return chart;
}

}  // namespace

Figure memory_slice() {
  return {.name = "memory-slice",
          .title = "Memory of one gradient over the slice length",
          .finding = "Peak memory falls in proportion to C",
          .caption =
              "Peak bytes beyond the parameters, their gradient and the token ids themselves, "
              "counted exactly, at a fixed length L. The cross and its level are the full pass "
              "(C = L); the dotted line is proportional to C. What remains at small C is the "
              "carried state, which does not depend on C.",
          .claims = {"MEMORY-C", "MEMORY-1"},
          .experiment = "slice",
          .quantity = Quantity::bytes,
          .draw = draw_memory_slice};
}

}  // namespace slim::plots
