// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/device.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <set>

namespace slim::plots {
namespace {

std::string variant_of(const experiments::Setting& setting) {
  if (setting.subject == "softmax") return "softmax attention";
  return fmt::format("{}, {}", setting.subject,
                     setting.full_pass() ? "full pass" : fmt::format("C = {}", setting.slice));
}

std::string reach(const experiments::Setting& setting, std::int64_t length) {
  if (length == 0) return "out of memory";
  const auto power = std::bit_width(static_cast<std::uint64_t>(length)) - 1;
  return fmt::format("{}2^{{{}}}", length == setting.length ? "≥" : "", power);
}

Chart draw_device(std::span<const Record> records) {
  std::set<std::int64_t> caps;
  for (const Record& record : records) caps.insert(record.setting.memory_cap);
  LabelledCurves gathered;
  std::vector<std::string> names;
  names.reserve(caps.size());
  for (const std::int64_t cap : caps) names.push_back(fmt::format("{} MiB", cap >> 20));
  double shortest = 1 << 20;
  double longest = 64.0;
  for (const Record& record : records) {
    const auto length = static_cast<double>(std::get<experiments::Longest>(record.measured).length);
    const auto rank = std::distance(caps.begin(), caps.find(record.setting.memory_cap));
    gathered.add(variant_of(record.setting), record, static_cast<double>(rank + 1), length);
    if (length > 0.0) shortest = std::min(shortest, length);
    longest = std::max(longest, length);
  }
  Chart chart;
  const Model& model = records.front().setting.model;
  chart.subtitle = fmt::format("d_model {}, {} layers, d_ff {}, float32", model.hidden_dim,
                               model.layers, model.ffn_dim);
  chart.curves = gathered.curves();
  for (Curve& curve : chart.curves) {
    for (Point& point : curve.points) {
      const auto found = std::find_if(records.begin(), records.end(), [&](const Record& record) {
        return variant_of(record.setting) == curve.label &&
               std::distance(caps.begin(), caps.find(record.setting.memory_cap)) + 1 ==
                   static_cast<long>(point.x);
      });
      curve.full_pass = found->setting.full_pass();
      curve.colour_of = curve.subject.substr(0, curve.subject.find('/'));
      point.note = reach(found->setting, static_cast<std::int64_t>(point.y.median));
    }
  }
  chart.bars = true;
  chart.over = Over::other;
  chart.x_name = "cap";
  chart.unit = "longest_length";
  chart.x = named_axis("address space of the process", names);
  chart.y = power_of_two_axis("longest sequence L", {shortest / 8.0, longest * 2.0});
  return chart;
}

}  // namespace

Figure device() {
  return {.name = "device",
          .title = "The longest sequence in a small process",
          .finding = "In the same memory, slices reach far longer sequences",
          .caption =
              "Each L, a power of 2, runs in a fresh process that caps its address space before it "
              "allocates anything: program, text and parameters count. Hatched: "
              "the full pass; filled: slices. ≥: the longest L that was run.",
          .claims = {"DEVICE", "DEVICE/million"},
          .experiment = "device",
          .quantity = Quantity::longest,
          .draw = draw_device};
}

}  // namespace slim::plots
