// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/distributed.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace slim::plots {
namespace {

constexpr std::string_view any_ranks = "any P";

Chart draw_distributed(std::span<const Record> records) {
  constexpr double bytes_of_number = 4.0;  // float32
  LabelledCurves gathered;
  for (const Record& record : records) {
    const experiments::Setting& setting = record.setting;
    if (setting.subject != "distributed/blocked") continue;
    const auto& cost = std::get<experiments::Distributed>(record.measured);
    const auto L = static_cast<double>(setting.length);
    const auto numbers = static_cast<double>(cost.numbers_forward + cost.numbers_backward);
    gathered.add(setting.full_pass() ? fmt::format("memory, P = {}", setting.ranks)
                                     : fmt::format("memory, C = {}, {}", setting.slice, any_ranks),
                 record, L, static_cast<double>(cost.bytes_rank));
    gathered.add(fmt::format("sent for scans, {}", any_ranks), record, L,
                 bytes_of_number * numbers);
  }
  Chart chart;
  chart.curves = gathered.curves();
  if (chart.curves.empty()) return chart;
  for (Curve& curve : chart.curves) {
    curve.colour_of = curve.label.substr(curve.label.rfind(", ") + 2);
  }
  std::stable_partition(chart.curves.begin(), chart.curves.end(),
                        [](const Curve& curve) { return curve.colour_of != any_ranks; });
  const Model& model = records.front().setting.model;
  chart.subtitle =
      fmt::format("d_model {}, {} heads, {} layers, float32; without C: parts of one slice",
                  model.hidden_dim, model.heads, model.layers);
  chart.over = Over::length;
  chart.unit = "bytes";
  chart.x = power_of_two_axis("sequence length L", x_range(chart.curves));
  chart.y = bytes_axis("bytes of a rank", y_range(chart.curves));
  return chart;
}

}  // namespace

Figure distributed() {
  return {.name = "distributed",
          .title = "A gradient on P ranks: what a rank stores and sends",
          .finding = "What a rank sends depends neither on L nor on P",
          .caption =
              "The counted bytes of state and slice of the rank with most, and those that it sends "
              "for the scans of a gradient, forward and backward, in a chain. What is sent depends "
              "neither on L nor on P.",
          .claims = {"RANKS/sent", "RANKS/memory", "RANKS/memory-slices", "RANKS/path",
                     "RANKS/path-tree", "RANKS/depth"},
          .experiment = "distributed",
          .quantity = Quantity::distributed,
          .draw = draw_distributed};
}

}  // namespace slim::plots
