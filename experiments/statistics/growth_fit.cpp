// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics/growth_fit.hpp"

#include "experiments/statistics/median.hpp"

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace slim::experiments {
namespace {

/// f(x); 1 for the constant.
double shape(Growth growth, double x) {
  switch (growth) {
    case Growth::constant:
      return 1.0;
    case Growth::logarithmic:
      return std::log(x);
    case Growth::square_root:
      return std::sqrt(x);
    case Growth::linear:
      return x;
    case Growth::linear_logarithmic:
      return x * std::log(x);
    case Growth::quadratic:
      break;
  }
  return x * x;
}

/// Position of a ramp, in intervals between sizes.
struct Ramp {
  std::size_t from;
  std::size_t width;

  [[nodiscard]] double at(std::size_t i) const {
    if (i <= from) return 0.0;
    return std::min(1.0, static_cast<double>(i - from) / static_cast<double>(width));
  }
};

/// Least squares of y = a + f (b + c r), or with a = 0.
std::optional<Knee> fitted_knee(Growth growth, std::span<const MedianAt> at, Ramp ramp,
                                bool offset) {
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  const auto row = [&](std::size_t i) -> Eigen::Vector3d {
    const double f = shape(growth, at[i].x);
    return Eigen::Vector3d(1.0, f, f * ramp.at(i)) / at[i].deviation;
  };
  for (std::size_t i = 0; i < at.size(); ++i) {
    normal += row(i) * row(i).transpose();
    right += row(i) * (at[i].y / at[i].deviation);
  }
  Eigen::Vector3d abc = Eigen::Vector3d::Zero();
  if (offset) {
    abc = normal.ldlt().solve(right);
  } else {
    abc.tail<2>() = normal.bottomRightCorner<2, 2>().ldlt().solve(right.tail<2>());
  }
  constexpr double most_rise = 2.0;
  const double rise = abc(2) / abc(1);
  if (!(abc(0) >= 0.0 && abc(1) > 0.0 && rise >= 0.0 && rise <= most_rise)) return std::nullopt;
  double chi2 = 0.0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    chi2 += std::pow(at[i].y / at[i].deviation - row(i).dot(abc), 2);
  }
  return Knee{.misfit = chi2,
              .rise = rise,
              .from = at[ramp.from].x,
              .to = at[std::min(ramp.from + ramp.width, at.size() - 1)].x};
}

}  // namespace

std::vector<MedianAt> medians_of(std::span<const Samples> samples) {
  double squares = 0.0;
  double freedom = 0.0;
  for (const Samples& at : samples) {
    double mean = 0.0;
    for (const double y : at.values) mean += std::log(y) / static_cast<double>(at.values.size());
    for (const double y : at.values) squares += (std::log(y) - mean) * (std::log(y) - mean);
    freedom += static_cast<double>(at.values.size()) - 1.0;
  }
  const double deviation = std::max(std::sqrt(squares / freedom), 1e-6);
  constexpr double of_median = 1.2533;  // deviation of a normal median over that of a mean: √(π/2)
  std::vector<MedianAt> result;
  for (const Samples& at : samples) {
    const double y = median(at.values);
    result.push_back(
        {at.size, y, of_median * deviation * y / std::sqrt(static_cast<double>(at.values.size()))});
  }
  std::sort(result.begin(), result.end(),
            [](const MedianAt& a, const MedianAt& b) { return a.x < b.x; });
  return result;
}

double misfit(Growth growth, std::span<const MedianAt> at) {
  double w = 0.0;
  double wf = 0.0;
  double wff = 0.0;
  double wy = 0.0;
  double wfy = 0.0;
  for (const MedianAt& m : at) {
    const double weight = 1.0 / (m.deviation * m.deviation);
    const double value = shape(growth, m.x);
    w += weight;
    wf += weight * value;
    wff += weight * value * value;
    wy += weight * m.y;
    wfy += weight * value * m.y;
  }
  const double determinant = w * wff - wf * wf;
  double a = wy / w;
  double b = 0.0;
  if (growth != Growth::constant && determinant > 0.0) {
    b = (w * wfy - wf * wy) / determinant;
    a = (wy - b * wf) / w;
    if (b < 0.0) {
      b = 0.0;
      a = wy / w;
    } else if (a < 0.0) {
      a = 0.0;
      b = wfy / wff;
    }
  }
  double chi2 = 0.0;
  for (const MedianAt& m : at) {
    const double off = (m.y - a - b * shape(growth, m.x)) / m.deviation;
    chi2 += off * off;
  }
  return chi2;
}

std::optional<Knee> best_knee(Growth growth, std::span<const MedianAt> at) {
  std::optional<Knee> best;
  for (std::size_t from = 0; from + 2 < at.size(); ++from) {
    for (const std::size_t width : {1, 2, 3, 4, 5, 6}) {
      for (const bool offset : {true, false}) {
        if (offset && growth == Growth::constant) continue;  // a and b would be the same term
        const auto knee = fitted_knee(growth, at, {from, width}, offset);
        if (knee && (!best || knee->misfit < best->misfit)) best = knee;
      }
    }
  }
  return best;
}

}  // namespace slim::experiments
