// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/figure2.hpp"

#include "experiments/plans/figure2.hpp"
#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace slim::plots {
namespace {

/// The configuration name of each length; empty unless every length belongs to one configuration.
std::map<std::int64_t, std::string> configurations_by_length(std::span<const Record> records) {
  std::map<std::int64_t, std::string> names;
  for (const Record& record : records) {
    const std::string name(experiments::configuration_name(record));
    const auto [known, is_new] = names.emplace(record.setting.length, name);
    if (name.empty() || known->second != name) return {};
  }
  return names;
}

/// Estimated memory of the full pass, for a curve that does not reach it. Units: bytes, rounded up
/// to whole mebibytes.
double bytes_of_full_pass(std::span<const Record> records, const Curve& curve) {
  const auto any = std::find_if(records.begin(), records.end(), [&](const Record& record) {
    return record.setting.subject == curve.subject &&
           record.setting.length == curve.points.front().length;
  });
  experiments::Setting setting = any->setting;
  setting.slice = setting.length;
  constexpr double mebibyte = 1 << 20;
  return mebibyte * std::ceil(experiments::figure2_bytes(setting) / mebibyte);
}

Chart draw_over_slice(std::span<const Record> records, double (*value)(const Record&),
                      bool whole_is_shown, Spread spread) {
  Chart chart = chart_over_slice(records, value, spread);
  std::erase_if(chart.curves, [](const Curve& curve) { return curve.full_pass; });
  const std::map<std::int64_t, std::string> names = configurations_by_length(records);
  if (names.empty()) return chart;
  for (Curve& curve : chart.curves) {
    const std::int64_t length = curve.points.front().length;
    const std::string sum = curve.subject.substr(curve.subject.find('/') + 1);
    curve.label = fmt::format("{} (L = {}), {}", names.at(length), length, sum);
    curve.colour_of = names.at(length);
    curve.line_of = sum;
    const Point& longest = curve.points.back();
    if (longest.slices > 1 && whole_is_shown) {
      chart.subtitle +=
          fmt::format(", {}{}: C above {} not measured (C = L takes about {})", names.at(length),
                      " " + sum, longest.slice, readable_bytes(bytes_of_full_pass(records, curve)));
    }
  }
  std::stable_sort(chart.curves.begin(), chart.curves.end(), [](const Curve& a, const Curve& b) {
    return std::pair(b.line_of, a.colour_of) < std::pair(a.line_of, b.colour_of);
  });
  chart.key_rows = names.size();
  return chart;
}

/// Adds the ends of all curves at C = L as crosses.
void add_crosses(Chart& chart) {
  Curve crosses{.label = "full pass (C = L)", .subject = {}, .full_pass = true, .points = {}};
  crosses.points_only = true;
  for (const Curve& curve : chart.curves) {
    if (curve.points.back().slices == 1) crosses.points.push_back(curve.points.back());
  }
  std::sort(crosses.points.begin(), crosses.points.end(),
            [](const Point& a, const Point& b) { return a.x < b.x; });
  if (crosses.points.empty()) return;
  // Below the first column of the key.
  const std::size_t rows = std::min(chart.key_rows, chart.curves.size());
  chart.curves.insert(chart.curves.begin() + static_cast<std::ptrdiff_t>(rows), std::move(crosses));
  ++chart.key_rows;
}

Chart draw_time(std::span<const Record> records) {
  Chart chart = draw_over_slice(records, seconds, true, Spread::deviation);
  chart.unit = "seconds";
  chart.error_bars = true;
  chart.y = seconds_axis("time of one gradient", y_range(chart.curves));
  add_guide(chart, "∝ 1/C", -1.0, false, Side::below);
  add_crosses(chart);
  return chart;
}

Chart draw_memory(std::span<const Record> records) {
  Chart chart = draw_over_slice(records, peak_bytes, true, Spread::quartiles);
  chart.unit = "bytes";
  chart.y = bytes_axis("peak memory beyond parameters", y_range(chart.curves));
  add_guide(chart, "∝ C", 1.0, false, Side::below);
  add_crosses(chart);
  return chart;
}

double discrepancy(const Record& record) {
  const double value = std::get<experiments::FullDiscrepancy>(record.measured).relative;
  require(std::isfinite(value) && value >= 0.0,
          fmt::format("records.jsonl: discrepancies must be finite and not negative ({})",
                      summary(record.setting)));
  constexpr double smallest = 1e-12;  // far below float32; a logarithmic axis cannot show 0
  return std::max(value, smallest);
}

Chart draw_discrepancy(std::span<const Record> records) {
  Chart chart = draw_over_slice(records, discrepancy, false, Spread::range);
  chart.unit = "relative_discrepancy";
  chart.error_bars = true;
  chart.y = ratio_axis("relative discrepancy", y_range(chart.curves));
  add_level(chart, float32_roundoff, "roundoff of float32, 2^{−24}");
  return chart;
}

}  // namespace

Figure figure2_time() {
  return {.name = "figure2-time",
          .title = "Figure 2, left: time of one gradient over C",
          .finding = "Figure 2, left: time stays flat down to short slices",
          .caption =
              "Configurations I to IV of the paper: the mean over seeds with bars of one standard "
              "deviation. Crosses are the full pass; the dotted line is "
              "proportional to 1/C. At scales "
              "below paper "
              "lengths and widths are reduced in proportion.",
          .claims = {"FIGURE2/time"},
          .experiment = "figure2",
          .quantity = Quantity::seconds,
          .draw = draw_time};
}

Figure figure2_memory() {
  return {.name = "figure2-memory",
          .title = "Figure 2, middle: peak memory over C",
          .finding = "Figure 2, middle: peak memory falls in proportion to C",
          .caption =
              "Counted beyond parameters, their gradient and the token ids, packing buffers "
              "included. Crosses are "
              "the full pass, the dotted line is proportional to C. Runs that would need more than "
              "three quarters of the machine's memory are not measured.",
          .claims = {"FIGURE2/memory"},
          .experiment = "figure2",
          .quantity = Quantity::bytes,
          .draw = draw_memory};
}

Figure figure2_discrepancy() {
  return {.name = "figure2-discrepancy",
          .title = "Figure 2, right: discrepancy to the full pass over C",
          .finding = "Figure 2, right: slices change the gradient by rounding only",
          .caption =
              "Largest difference of a gradient entry from the full pass of the same subject in "
              "float32, relative to the largest entry; the median over seeds with bars from the "
              "smallest to the largest. Points at one C are drawn side by side.",
          .claims = {"FIGURE2/discrepancy"},
          .experiment = "figure2",
          .quantity = Quantity::full_discrepancy,
          .draw = draw_discrepancy};
}

}  // namespace slim::plots
