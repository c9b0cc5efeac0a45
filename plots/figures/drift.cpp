// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/drift.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"
#include "plots/figures/worst_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

namespace slim::plots {
namespace {

/// Labels of the boundaries in the chart, from the paper's code to the drift-free control.
struct Boundary {
  std::string_view subject;
  std::string_view label;
};
constexpr std::array<Boundary, 8> boundaries = {
    {{"recovered/iterative-subtracting", "recovered, subtracting"},
     {"stored/iterative-subtracting", "stored, subtracting"},
     {"recovered/iterative", "recovered"},
     {"wide/iterative", "wide"},
     {"exact/iterative", "exact"},
     {"stored/iterative", "stored"},
     {"bisected/iterative", "bisected"},
     {"recomputed/iterative", "recomputed"}}};

constexpr double smallest_shown = 1e-17;
constexpr double largest_shown = 1e3;
constexpr double claimed_bound = 1e-3;  // on float32

Chart draw_drift_boundary(std::span<const Record> records) {
  WorstErrors worst(smallest_shown, largest_shown);
  std::vector<std::string> labels;
  std::map<std::string, std::pair<std::string, std::string>> looks;
  for (const Scalar scalar : {Scalar::float32, Scalar::float64}) {
    for (const char* map : {"sqr", "elu+1", "favor+_1", "relu"}) {
      const auto place = static_cast<double>(labels.size());
      labels.push_back(fmt::format("{}, {}", map, name(scalar)));
      looks[labels.back()] = {std::string(map).substr(0, std::string(map).find('_')),
                              std::string(name(scalar))};
      for (const Record& record : records) {
        const experiments::Setting& setting = record.setting;
        if (setting.scalar != scalar || name(setting.model.feature_map) != map) continue;
        const auto boundary =
            std::find_if(boundaries.begin(), boundaries.end(),
                         [&](const Boundary& known) { return known.subject == setting.subject; });
        if (boundary == boundaries.end()) continue;
        const auto rank = static_cast<double>(std::distance(boundaries.begin(), boundary));
        worst.add(labels.back(), 1.0 + rank + 0.09 * (place - 3.5), record);
      }
    }
  }
  Chart chart;
  chart.subtitle = "the largest over C, L, seeds, and head widths 4 and 64; iterative prefix sums";
  chart.curves = worst.curves(labels);
  if (chart.curves.empty()) return chart;
  for (Curve& curve : chart.curves) {
    curve.points_only = true;
    std::tie(curve.colour_of, curve.line_of) = looks[curve.label];
  }
  chart.over = Over::other;
  chart.x_name = "boundary";
  std::vector<std::string> names;
  for (const Boundary& boundary : boundaries) names.emplace_back(boundary.label);
  chart.x = named_axis("", names);
  chart.x.slanted = true;
  chart.x.high += 0.8;  // for the labels of the levels
  add_error_axis(chart, claimed_bound, "10^{−3}");
  add_level(chart, float32_roundoff, "2^{−24}");
  add_level(chart, float64_roundoff, "2^{−53}");
  return chart;
}

/// One curve per boundary: heads of width 4, ReLU features, float32, where subtraction has a
/// visible effect.
std::vector<Curve> relu_curves(std::span<const Record> records, Index (*x)(const Record&),
                               bool (*shown)(const Record&)) {
  WorstErrors worst(smallest_shown, largest_shown);
  std::vector<std::string> labels;
  for (const Boundary& boundary : boundaries) {
    labels.emplace_back(boundary.label);
    for (const Record& record : records) {
      const experiments::Setting& setting = record.setting;
      if (setting.subject != boundary.subject || setting.scalar != Scalar::float32 ||
          setting.model.feature_map.kind != FeatureKind::relu || setting.model.head_dim() != 4 ||
          !shown(record)) {
        continue;
      }
      worst.add(labels.back(), static_cast<double>(x(record)), record);
    }
  }
  return worst.curves(labels);
}

Chart draw_drift_slice(std::span<const Record> records) {
  Chart chart;
  chart.subtitle = "ReLU features, head width 4, float32, L = 256, the largest over seeds";
  chart.curves = relu_curves(
      records, [](const Record& record) { return record.setting.slice; },
      [](const Record& record) { return record.setting.length == 256; });
  if (chart.curves.empty()) return chart;
  chart.over = Over::slice;
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  add_error_axis(chart, claimed_bound, "10^{−3}");
  add_level(chart, float32_roundoff, "2^{−24}");
  return chart;
}

Chart draw_drift_length(std::span<const Record> records) {
  Chart chart;
  chart.subtitle = "ReLU features, head width 4, float32, C = 16, the largest over seeds";
  chart.curves = relu_curves(
      records, [](const Record& record) { return record.setting.length; },
      [](const Record& record) { return record.setting.slice == 16; });
  if (chart.curves.empty()) return chart;
  if (const auto [shortest, longest] = x_range(chart.curves); shortest == longest) return {};
  chart.over = Over::length;
  chart.x = power_of_two_axis("sequence length L", x_range(chart.curves));
  add_error_axis(chart, claimed_bound, "10^{−3}");
  add_level(chart, float32_roundoff, "2^{−24}");
  return chart;
}

constexpr const char* error_caption =
    " Errors are those of the gradient against 50 digits (against stored boundaries in float64 "
    "where 50 digits take too long), relative to the largest entry of its tensor. Errors above "
    "1000 or not "
    "finite are shown at 1000, refused tasks are left out. Dotted: the claimed bound 10⁻³, and "
    "the unit roundoff of float32 (2⁻²⁴) and float64 (2⁻⁵³).";

}  // namespace

Figure drift_boundary() {
  return {.name = "drift-boundary",
          .title = "Rounding error of the gradient",
          .finding = "Rounding stays small, except at zeros of ReLU features",
          .caption = std::string("By boundary, feature map and precision.") + error_caption,
          .claims = {"PRECISION/sqr", "PRECISION/elu+1", "PRECISION/favor+", "PRECISION/relu"},
          .experiment = "drift",
          .quantity = Quantity::gradient_error,
          .or_quantity = Quantity::gradient_discrepancy,
          .draw = draw_drift_boundary};
}

Figure drift_slice() {
  return {.name = "drift-slice",
          .title = "Drift over the slice length",
          .caption = std::string("Where a denominator should be 0, a sum recovered by "
                                 "subtraction leaves a residue.") +
                     error_caption,
          .claims = {"PRECISION/relu"},
          .experiment = "drift",
          .quantity = Quantity::gradient_error,
          .or_quantity = Quantity::gradient_discrepancy,
          .draw = draw_drift_slice};
}

Figure drift_length() {
  return {.name = "drift-length",
          .title = "Drift over the sequence length",
          .caption = std::string("Not drawn where all records have one length, as at scale ci.") +
                     error_caption,
          .claims = {"PRECISION/relu"},
          .experiment = "drift",
          .quantity = Quantity::gradient_error,
          .or_quantity = Quantity::gradient_discrepancy,
          .draw = draw_drift_length};
}

}  // namespace slim::plots
