// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/overhead.hpp"

#include "experiments/plans/configurations.hpp"
#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::plots {
namespace {

std::string configuration_of(const experiments::Setting& setting) {
  for (const experiments::Configuration& configuration : experiments::configurations) {
    if (configuration.model() == setting.model) return std::string(configuration.name);
  }
  return fmt::format("d_model {}, {} layers", setting.model.hidden_dim, setting.model.layers);
}

Chart draw_overhead(std::span<const Record> records) {
  LabelledCurves gathered;
  double lowest = 1.0;
  double highest = 1.0;
  for (const Record& record : records) {
    const double ratio = std::get<experiments::Overhead>(record.measured).ratio();
    const experiments::Setting& setting = record.setting;
    gathered.add(
        fmt::format("{}, {} first sweep", configuration_of(setting), name(setting.first_sweep)),
        record, static_cast<double>(setting.slices()), ratio);
    lowest = std::min(lowest, ratio);
    highest = std::max(highest, ratio);
  }
  Chart chart;
  chart.subtitle = fmt::format("{}, widths of configurations I to III, C = {}",
                               records.front().setting.subject, records.front().setting.slice);
  chart.curves = gathered.curves();
  chart.over = Over::slices;
  chart.unit = "multiply_adds_over_full_pass";
  chart.x = power_of_two_axis("number of slices N", x_range(chart.curves));
  chart.y = linear_axis("multiply-adds / full pass", {lowest - 0.02, highest + 0.03}, 0.05);
  return chart;
}

}  // namespace

Figure overhead() {
  return {
      .name = "overhead",
      .title = "Work added by slicing",
      .caption =
          "Multiply-adds of a sliced gradient divided by those of the full pass, counted exactly. "
          "The plain forward sweep runs every slice in full, as in the paper; the lazy one "
          "leaves out the last slice and everything that no boundary needs.",
      .claims = {"OVERHEAD"},
      .experiment = "overhead",
      .quantity = Quantity::overhead,
      .draw = draw_overhead};
}

}  // namespace slim::plots
