// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "experiments/training/course.hpp"

#include <span>
#include <vector>

namespace slim::experiments {

/// Steps over which differences are averaged.
inline constexpr Index band_window = 10;

/// Root mean square of the difference of two courses' losses, over windows of band_window steps
/// from `first` on, as far as both have steps. NaN where a loss is NaN. Requires both to have step
/// `first`.
std::vector<double> loss_differences(const Course& a, const Course& b, Index first);

/// A run and the full pass of its seed.
struct Compared {
  const Course* full = nullptr;
  const Course* run = nullptr;
};

/// How far rounding alone drives trainings apart: in each window the largest difference of any of
/// the `controls` from its full pass, in this window or an earlier one, and at least the rounding
/// of a loss, u · loss. Windows start at the controls' first step. Requires at least one control,
/// and that all start at the same step.
std::vector<double> rounding_band(std::span<const Compared> controls);
/// The same for one seed.
std::vector<double> rounding_band(const Course& full, std::span<const Course* const> reordered);

/// The largest quotient of a difference and its band over the windows that both have; NaN if any is
/// NaN.
double largest_share(std::span<const double> differences, std::span<const double> band);

/// The same for a run, from its first step on, relative to the band of `controls`.
double share_of_band(const Compared& run, std::span<const Compared> controls);

/// Difference of the metrics after the last step. Requires that both runs have ended.
double metric_difference(const Compared& run);

/// How far rounding alone drives the metric apart: the largest difference of the controls, and at
/// least the resolution of the metric: one target, or the rounding of a loss. Requires at least one
/// control, and that all have ended.
double metric_band(std::span<const Compared> controls);

/// The runs of one task, scale and seed, by kind. Null or empty where there are none.
struct CourseGroup {
  const Course* full = nullptr;
  std::vector<const Course*> sliced;
  std::vector<const Course*> switched;
  std::vector<const Course*> reordered;
  std::vector<const Course*> reordered_at_half;
  std::vector<const Course*> capped;
};
/// Sorted by task, scale and seed. The courses must outlive the groups.
std::vector<CourseGroup> grouped(std::span<const Course> courses);

/// The runs of a kind, such as &CourseGroup::sliced, in all groups of a task that have a full pass.
std::vector<Compared> compared(std::span<const CourseGroup> groups, TrainingTask task,
                               std::vector<const Course*> CourseGroup::*kind);

}  // namespace slim::experiments
