// SPDX-License-Identifier: Apache-2.0
#include "experiments/training/rounding_band.hpp"

#include "experiments/records/regime.hpp"
#include "reference/vocabulary/scalars/contract.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <tuple>

namespace slim::experiments {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double loss_at(const Course& course, Index step) {
  return course.losses[static_cast<std::size_t>(step - course.first_step())];
}

Index end_of(const Course& course) {
  return course.first_step() + static_cast<Index>(course.losses.size());
}

/// The resolution of the metric.
double resolution(const Course& course) {
  const Setting& s = course.setting;
  if (s.training.task == TrainingTask::text) {
    return unit_roundoff(s.scalar) * metric(s, *course.end);
  }
  const Index targets = s.training.final_checks * s.batch * (s.length + 1) / 2;
  return 1.0 / static_cast<double>(targets);
}

/// The larger value; NaN if either is NaN.
double larger(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? nan : std::max(a, b);
}

}  // namespace

std::vector<double> loss_differences(const Course& a, const Course& b, Index first) {
  require(a.first_step() <= first && b.first_step() <= first,
          "courses can only be compared at steps that both have");
  const Index end = std::min(end_of(a), end_of(b));
  std::vector<double> differences;
  for (Index begin = first; begin < end; begin += band_window) {
    const Index stop = std::min(end, begin + band_window);
    double squares = 0.0;
    for (Index step = begin; step < stop; ++step) {
      const double off = loss_at(a, step) - loss_at(b, step);
      squares += off * off;
    }
    differences.push_back(std::sqrt(squares / static_cast<double>(stop - begin)));
  }
  return differences;
}

std::vector<double> rounding_band(std::span<const Compared> controls) {
  require(!controls.empty(), "a band needs at least one control");
  const Index first = controls.front().run->first_step();
  std::vector<double> band;
  for (const auto& [full, run] : controls) {
    require(run->first_step() == first, "the runs of a band must start at the same step");
    const double u = unit_roundoff(full->setting.scalar);
    const std::vector<double> differences = loss_differences(*full, *run, first);
    if (band.empty()) band.assign(differences.size(), 0.0);
    band.resize(std::min(band.size(), differences.size()));
    for (std::size_t i = 0; i < band.size(); ++i) {
      const double loss = loss_at(*full, first + static_cast<Index>(i) * band_window);
      band[i] = larger(band[i], larger(differences[i], u * std::abs(loss)));
    }
  }
  for (std::size_t i = 1; i < band.size(); ++i) band[i] = larger(band[i], band[i - 1]);
  return band;
}

std::vector<double> rounding_band(const Course& full, std::span<const Course* const> reordered) {
  std::vector<Compared> controls;
  controls.reserve(reordered.size());
  for (const Course* run : reordered) controls.push_back({.full = &full, .run = run});
  return rounding_band(controls);
}

double largest_share(std::span<const double> differences, std::span<const double> band) {
  double largest = 0.0;
  for (std::size_t i = 0; i < std::min(differences.size(), band.size()); ++i) {
    largest = larger(largest, differences[i] / band[i]);
  }
  return largest;
}

double share_of_band(const Compared& run, std::span<const Compared> controls) {
  return largest_share(loss_differences(*run.full, *run.run, run.run->first_step()),
                       rounding_band(controls));
}

double metric_difference(const Compared& run) {
  return std::abs(metric(run.full->setting, *run.full->end) -
                  metric(run.run->setting, *run.run->end));
}

double metric_band(std::span<const Compared> controls) {
  require(!controls.empty(), "a band needs at least one control");
  double band = 0.0;
  for (const Compared& control : controls) {
    band = larger(band, larger(metric_difference(control), resolution(*control.full)));
  }
  return band;
}

std::vector<CourseGroup> grouped(std::span<const Course> courses) {
  std::map<std::tuple<TrainingTask, std::string, std::uint64_t>, CourseGroup> groups;
  for (const Course& course : courses) {
    const Setting& setting = course.setting;
    CourseGroup& group = groups[{setting.training.task, course.scale, setting.seed}];
    switch (regime_of(course.setting)) {
      case Regime::full:
        group.full = &course;
        break;
      case Regime::sliced:
        group.sliced.push_back(&course);
        break;
      case Regime::switched:
        group.switched.push_back(&course);
        break;
      case Regime::reordered:
        group.reordered.push_back(&course);
        break;
      case Regime::reordered_at_half:
        group.reordered_at_half.push_back(&course);
        break;
      case Regime::capped:
        group.capped.push_back(&course);
        break;
    }
  }
  std::vector<CourseGroup> all;
  all.reserve(groups.size());
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  return all;
}

std::vector<Compared> compared(std::span<const CourseGroup> groups, TrainingTask task,
                               std::vector<const Course*> CourseGroup::*kind) {
  std::vector<Compared> all;
  for (const CourseGroup& group : groups) {
    if (group.full == nullptr || group.full->setting.training.task != task) continue;
    for (const Course* run : group.*kind) all.push_back({.full = group.full, .run = run});
  }
  return all;
}

}  // namespace slim::experiments
