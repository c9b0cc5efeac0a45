#pragma once

#include "experiments/training/course.hpp"

#include <span>
#include <vector>

namespace slim::experiments {

/// Steps over which differences are averaged.
inline constexpr Index band_window = 10;

/// Root mean square of the difference of two courses' losses, over windows of band_window steps
/// from `first` on, as far as both go. NaN where a loss is. Requires both to have step `first`.
std::vector<double> loss_differences(const Course& a, const Course& b, Index first);

/// How far rounding alone drives trainings apart: in each window the largest difference to `full`
/// among `reordered`, which compute the same in other orders, in this window or any before; and not
/// less than the loss's own rounding, u · loss. Windows from the first step of `reordered` on.
/// Requires at least one.
std::vector<double> rounding_band(const Course& full, std::span<const Course* const> reordered);

/// The largest quotient of a difference and its band over the windows that both have; NaN if any
/// is not a number.
double largest_share(std::span<const double> differences, std::span<const double> band);

/// The runs of one task, scale and seed, by what they are. Null or empty where there is none.
struct CourseGroup {
  const Course* full = nullptr;
  std::vector<const Course*> sliced;
  std::vector<const Course*> switched;
  std::vector<const Course*> reordered;
  std::vector<const Course*> reordered_at_half;
  std::vector<const Course*> capped;
};
/// By task, then scale, then seed. The courses outlive the groups.
std::vector<CourseGroup> grouped(std::span<const Course> courses);

}  // namespace slim::experiments
