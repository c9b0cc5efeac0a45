// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/features.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <fmt/format.h>

#include <cmath>

namespace slim::plots {
namespace {

Chart draw_features(std::span<const Record> records) {
  LabelledCurves gathered;
  for (const Record& record : records) {
    const auto& error = std::get<experiments::SoftmaxError>(record.measured);
    const auto M = static_cast<double>(record.setting.model.features());
    for (const auto& [label, value] :
         {std::pair{"independent", error.independent},
          std::pair{"orthogonal, χ-distributed lengths", error.orthogonal_chi},
          std::pair{"orthogonal, length √d (the paper's code)", error.orthogonal}}) {
      require(
          std::isfinite(value) && value > 0.0,
          fmt::format("records.jsonl: distances from softmax attention must be positive and finite "
                      "({})",
                      summary(record.setting)));
      gathered.add(label, record, M, value);
    }
  }
  const experiments::Setting& setting = records.front().setting;
  Chart chart;
  chart.subtitle =
      fmt::format("one causal head, d = {}, L = {}", setting.model.head_dim(), setting.length);
  chart.curves = gathered.curves();
  for (Curve& curve : chart.curves) {
    curve.colour_of = curve.label == "independent"                 ? "independent"
                      : curve.label.find("χ") != std::string::npos ? "orthogonal-chi"
                                                                   : "orthogonal";
    curve.line_of = curve.colour_of;
  }
  chart.over = Over::other;
  chart.x_name = "features";
  chart.unit = "relative_error";
  chart.error_bars = true;
  chart.x = power_of_two_axis("number of features M", x_range(chart.curves));
  chart.y = ratio_axis("relative error", y_range(chart.curves));
  add_guide(chart, "∝ M^{−1/2}", -0.5, false, Side::below);
  return chart;
}

}  // namespace

Figure features() {
  return {.name = "features",
          .title = "FAVOR+ against softmax attention",
          .finding = "FAVOR+ approaches softmax attention like M^(−1/2)",
          .caption =
              "‖Ŷ − Y‖ / ‖Y‖ of a head's output, medians over seeds with quartiles; queries and "
              "keys are normal with |x̃|² = 1/4 on average. The dotted line is proportional to "
              "M^(−1/2).",
          .claims = {"FEATURES/independent", "FEATURES/orthogonal-chi", "FEATURES/orthogonal",
                     "FEATURES/gain"},
          .experiment = "features",
          .quantity = Quantity::softmax_error,
          .draw = draw_features};
}

}  // namespace slim::plots
