// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/overhead.hpp"

#include "experiments/plans/configurations.hpp"
#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace slim::plots {
namespace {

std::string configuration_of(const experiments::Setting& setting) {
  for (const experiments::Configuration& configuration : experiments::configurations) {
    if (configuration.model() == setting.model) return std::string(configuration.name);
  }
  return fmt::format("d_model {}, {} layers", setting.model.hidden_dim, setting.model.layers);
}

/// The ratios at infinitely many slices (derived in chunked/README.md).
struct Limit {
  double ratio;
  const char* label;
};
constexpr std::array<Limit, 3> limits = {{{4.0 / 3.0, "4/3: plain"},
                                          {1.25, "1.25: lazy, three layers"},
                                          {1.065, "1.065: lazy, one layer"}}};

Chart draw_overhead(std::span<const Record> records) {
  LabelledCurves gathered;
  std::map<std::string, std::pair<std::string, std::string>> looks;
  double lowest = 1.0;
  double highest = 1.0;
  for (const Record& record : records) {
    const double ratio = std::get<experiments::Overhead>(record.measured).ratio();
    const experiments::Setting& setting = record.setting;
    const std::string label =
        fmt::format("{}, {} first sweep", configuration_of(setting), name(setting.first_sweep));
    gathered.add(label, record, static_cast<double>(setting.slices()), ratio);
    looks[label] = {configuration_of(setting), std::string(name(setting.first_sweep))};
    lowest = std::min(lowest, ratio);
    highest = std::max(highest, ratio);
  }
  Chart chart;
  chart.subtitle = fmt::format("{}, widths of configurations I to III, C = {}",
                               records.front().setting.subject, records.front().setting.slice);
  chart.curves = gathered.curves();
  for (Curve& curve : chart.curves) std::tie(curve.colour_of, curve.line_of) = looks[curve.label];
  std::stable_sort(chart.curves.begin(), chart.curves.end(), [](const Curve& a, const Curve& b) {
    return std::pair(b.line_of, a.colour_of) < std::pair(a.line_of, b.colour_of);
  });
  chart.over = Over::slices;
  chart.unit = "multiply_adds_over_full_pass";
  chart.x = power_of_two_axis("number of slices N", x_range(chart.curves));
  chart.y = linear_axis("multiply-adds / full pass",
                        {lowest - 0.02, std::max(highest, limits.front().ratio) + 0.05}, 0.05);
  for (const Limit& limit : limits) add_level(chart, limit.ratio, limit.label);
  chart.guides.front().above = false;  // the curves end at this line
  return chart;
}

}  // namespace

Figure overhead() {
  return {
      .name = "overhead",
      .title = "Work added by slicing",
      .finding = "Slicing adds at most a third to the work",
      .caption =
          "Multiply-adds of a sliced gradient divided by those of the full pass, counted exactly. "
          "The plain forward sweep runs every slice in full, as in the paper; the lazy one "
          "leaves out the last slice and everything that no boundary needs. Dotted: the ratio "
          "that many slices approach.",
      .claims = {"OVERHEAD"},
      .experiment = "overhead",
      .quantity = Quantity::overhead,
      .draw = draw_overhead};
}

}  // namespace slim::plots
