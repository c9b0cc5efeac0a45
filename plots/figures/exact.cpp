// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/exact.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/worst_errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace slim::plots {
namespace {

constexpr const char* stored_relu = "relu, stored boundaries";
constexpr const char* extended = "other architectures";

/// The label of a record's curve; empty if it is not shown.
std::string exact_label(const Record& record) {
  const experiments::Setting& setting = record.setting;
  if (record.experiment == "extension") return extended;
  if (setting.subject == "recovered/iterative") return name(setting.model.feature_map);
  return setting.model.feature_map.kind == FeatureKind::relu ? stored_relu : "";
}

Chart draw_exact(std::span<const Record> records) {
  WorstErrors worst(1e-60, 1.0);
  std::vector<std::string> labels;
  for (const Record& record : records) {
    const std::string label = exact_label(record);
    if (label.empty()) continue;
    const experiments::Setting& setting = record.setting;
    worst.add(label, static_cast<double>(std::min(setting.slice, setting.length)), record);
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  // The controls come last, whatever the order of the records.
  const auto is_map = [](const std::string& label) {
    return label != stored_relu && label != extended;
  };
  std::stable_partition(labels.begin(), labels.end(), is_map);
  Chart chart;
  chart.curves = worst.curves(labels);
  if (chart.curves.empty()) return chart;
  const auto of_map = std::find_if(records.begin(), records.end(), [&](const Record& record) {
    return exact_label(record) == labels.front();
  });
  const experiments::Setting& setting = of_map->setting;
  chart.subtitle =
      fmt::format("{}, d_model {}, {} layers, L = {}, the largest over seeds", setting.subject,
                  setting.model.hidden_dim, setting.model.layers, setting.length);
  for (Curve& curve : chart.curves) {
    curve.colour_of = curve.label.substr(0, curve.label.find_first_of("_,"));
    curve.line_of = curve.label == stored_relu ? "stored" : "recovered";
  }
  chart.over = Over::slice;
  chart.x = power_of_two_axis("slice length C", x_range(chart.curves));
  add_error_axis(chart, 1e-40, "10^{−40}");
  return chart;
}

}  // namespace

Figure exact() {
  return {
      .name = "exact",
      .title = "The gradient in 50 digits",
      .finding = "Sliced gradients are exact, except at zeros of ReLU features",
      .caption =
          "Largest error of a gradient entry against the reference, both in 50 digits, relative "
          "to the largest entry of its tensor; C = L is the full pass. The dotted line is the "
          "claimed bound. "
          "With ReLU features a recovered sum keeps a rounding residue where a denominator should "
          "be 0; a stored sum does not. Other architectures: four of them, L "
          "= 13, each with four feature maps.",
      .claims = {"EXACT/sqr", "EXACT/elu+1", "EXACT/abs", "EXACT/favor+", "EXACT/relu",
                 "EXTENSION"},
      .experiment = "exact",
      .or_experiment = "extension",
      .quantity = Quantity::gradient_error,
      .draw = draw_exact};
}

}  // namespace slim::plots
