// SPDX-License-Identifier: Apache-2.0
#include "experiments/plans/training_table.hpp"

#include "experiments/records/regime.hpp"
#include "experiments/training/rounding_band.hpp"
#include "reference/vocabulary/system/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

/// A regime of a task, over all seeds.
struct Row {
  TrainingTask task = TrainingTask::text;
  std::string regime;
  std::vector<double> metrics;
  double share = std::numeric_limits<double>::quiet_NaN();  ///< relative to the band; NaN: none
  std::int64_t bytes = 0;
  std::int64_t peak = 0;
  double seconds = 0.0;
  double seconds_gradient = 0.0;
  double seconds_data = 0.0;
  std::size_t steps = 0;
  std::string refusal;
};

Row& row_of(std::vector<Row>& rows, const Setting& setting) {
  const std::string regime = regime_name(setting);
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) {
    return row.task == setting.training.task && row.regime == regime;
  });
  if (found != rows.end()) return *found;
  rows.push_back({.task = setting.training.task, .regime = regime, .metrics = {}, .refusal = {}});
  return rows.back();
}

void take(Row& row, const Course& course) {
  if (course.end.has_value()) row.metrics.push_back(metric(course.setting, *course.end));
  row.bytes = std::max(row.bytes, course.bytes());
  row.peak = std::max(row.peak, course.peak);
  row.seconds += course.seconds;
  row.seconds_gradient += course.seconds_gradient;
  row.seconds_data += course.seconds_data;
  row.steps += course.losses.size();
  row.refusal = course.refusal;
}

void take_shares(std::vector<Row>& rows, std::span<const Compared> runs,
                 std::span<const Compared> controls) {
  if (controls.empty()) return;
  for (const Compared& run : runs) {
    Row& row = row_of(rows, run.run->setting);
    const double share = share_of_band(run, controls);
    row.share = std::isnan(row.share) ? share : std::max(row.share, share);
  }
}

std::string line(const Row& row) {
  if (!row.refusal.empty()) {
    return fmt::format("| {} | {} | {} | | | | | | |\n", name(row.task), markdown(row.regime),
                       markdown(row.refusal));
  }
  std::string metrics = "unfinished";
  if (!row.metrics.empty()) {
    const auto [least, most] = std::minmax_element(row.metrics.begin(), row.metrics.end());
    metrics = *least == *most ? fmt::format("{:.4f}", *least)
                              : fmt::format("{:.4f} to {:.4f}", *least, *most);
  }
  const auto per_step = [&](double seconds) {
    return 1e3 * seconds / static_cast<double>(std::max<std::size_t>(1, row.steps));
  };
  return fmt::format(
      "| {} | {} | {} | {} | {:.0f} | {:.0f} | {:.2f} | {:.3f} | {:.4f} |\n", name(row.task),
      markdown(row.regime), metrics, std::isnan(row.share) ? "" : fmt::format("{:.2f}", row.share),
      static_cast<double>(row.bytes) / 1024, static_cast<double>(row.peak) / 1024,
      per_step(row.seconds), row.seconds / row.seconds_gradient, row.seconds_data / row.seconds);
}

}  // namespace

std::string training_table(std::span<const Record> records) {
  const std::vector<Course> all = courses(records);
  std::vector<Row> rows;
  for (const Course& course : all) take(row_of(rows, course.setting), course);
  const std::vector<CourseGroup> groups = grouped(all);
  for (const TrainingTask task : {TrainingTask::copying, TrainingTask::text}) {
    const auto runs = [&](auto kind) { return compared(groups, task, kind); };
    take_shares(rows, runs(&CourseGroup::sliced), runs(&CourseGroup::reordered));
    take_shares(rows, runs(&CourseGroup::switched), runs(&CourseGroup::reordered_at_half));
  }
  std::string table =
      "| task | regime | metric after the last step | loss difference / rounding band | "
      "bytes in all (KiB) | beyond parameters, gradient, moments (KiB) | step (ms) | step / "
      "gradient | data / step |\n|---|---|---|---|---|---|---|---|---|\n";
  for (const Row& row : rows) table += line(row);
  return table;
}

}  // namespace slim::experiments
