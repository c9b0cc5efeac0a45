// SPDX-License-Identifier: Apache-2.0
#include "plots/figures/worst_errors.hpp"

#include "plots/chart/axes.hpp"
#include "plots/figures/curves.hpp"
#include "plots/figures/guides.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace slim::plots {
namespace {

/// The error of a record; empty if the subject refused the task.
std::optional<double> error_of(const Record& record) {
  if (const auto* error = std::get_if<experiments::GradientError>(&record.measured)) {
    if (error->refusal.empty()) return error->relative;
    return {};
  }
  const auto& discrepancy = std::get<experiments::GradientDiscrepancy>(record.measured);
  if (discrepancy.refusal.empty()) return discrepancy.relative;
  return {};
}

}  // namespace

void WorstErrors::add(const std::string& label, double x, const Record& record) {
  const std::optional<double> relative = error_of(record);
  if (!relative) return;
  const double error = *relative <= largest_ ? std::max(*relative, smallest_) : largest_;
  const auto [at, fresh] = cells_.try_emplace({label, x}, Cell{error, &record});
  if (!fresh && error > at->second.error) at->second = {error, &record};
}

std::vector<Curve> WorstErrors::curves(const std::vector<std::string>& labels) const {
  LabelledCurves gathered;
  for (const std::string& label : labels) {
    for (const auto& [key, cell] : cells_) {
      if (key.first == label) gathered.add(label, *cell.record, key.second, cell.error);
    }
  }
  return gathered.curves();
}

void add_error_axis(Chart& chart, double bound, const std::string& label) {
  chart.unit = "relative_error";
  chart.y = ratio_axis("largest relative error", y_range(chart.curves));
  add_level(chart, bound, label);
}

}  // namespace slim::plots
