#include "experiments/statistics/growth.hpp"

#include "experiments/statistics/median.hpp"
#include "reference/vocabulary/contract.hpp"

#include <boost/math/distributions/fisher_f.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace slim::experiments {
namespace {

constexpr std::array<std::string_view, 6> growth_names = {"1", "log L", "√L", "L", "L log L", "L²"};

double f(Growth growth, double x) {
  switch (growth) {
    case Growth::constant:
      return 0.0;
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

struct Measurement {
  double x;
  double y;
  double deviation;  ///< of y
};

/// χ² of the best a + b f, a, b ≥ 0.
double misfit(Growth growth, const std::vector<Measurement>& at) {
  double w = 0.0;
  double wf = 0.0;
  double wff = 0.0;
  double wy = 0.0;
  double wfy = 0.0;
  for (const Measurement& m : at) {
    const double weight = 1.0 / (m.deviation * m.deviation);
    const double value = f(growth, m.x);
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
  for (const Measurement& m : at) {
    const double off = (m.y - a - b * f(growth, m.x)) / m.deviation;
    chi2 += off * off;
  }
  return chi2;
}

std::vector<Measurement> measurements(std::span<const Samples> samples) {
  // One relative deviation for all sizes, from the logarithms within each.
  double squares = 0.0;
  double freedom = 0.0;
  for (const Samples& at : samples) {
    double mean = 0.0;
    for (const double y : at.values) mean += std::log(y) / static_cast<double>(at.values.size());
    for (const double y : at.values) squares += (std::log(y) - mean) * (std::log(y) - mean);
    freedom += static_cast<double>(at.values.size()) - 1.0;
  }
  const double deviation = std::max(std::sqrt(squares / freedom), 1e-6);
  constexpr double of_median = 1.2533;  // times a mean's, of a normal distribution: √(π/2)
  std::vector<Measurement> result;
  for (const Samples& at : samples) {
    const double y = median(at.values);
    result.push_back(
        {at.size, y, of_median * deviation * y / std::sqrt(static_cast<double>(at.values.size()))});
  }
  std::sort(result.begin(), result.end(),
            [](const Measurement& a, const Measurement& b) { return a.x < b.x; });
  return result;
}

/// Where the slope of log y over log x changes most.
std::string knee(const std::vector<Measurement>& at) {
  double most = 0.0;
  std::size_t place = 1;
  const auto slope = [&](std::size_t i) {
    return std::log(at[i + 1].y / at[i].y) / std::log(at[i + 1].x / at[i].x);
  };
  for (std::size_t i = 1; i + 1 < at.size(); ++i) {
    const double change = std::abs(slope(i) - slope(i - 1));
    if (change > most) {
      most = change;
      place = i;
    }
  }
  return fmt::format("the exponent goes from {:.2f} to {:.2f} at {:g}", slope(place - 1),
                     slope(place), at[place].x);
}

}  // namespace

std::string_view name(Growth growth) {
  return growth_names.at(static_cast<std::size_t>(growth));
}

GrowthChoice choose_growth(std::span<const Samples> samples) {
  require(samples.size() >= 5, "growth is told from five sizes at least");
  double freedom = 0.0;
  for (const Samples& at : samples) {
    require(at.values.size() >= 3, "growth is told from three samples a size at least");
    for (const double y : at.values) {
      require(std::isfinite(y) && y > 0.0, "samples are positive and finite");
    }
    freedom += static_cast<double>(at.values.size()) - 1.0;
  }
  const std::vector<Measurement> at = measurements(samples);
  const auto [least, most] = std::minmax_element(
      at.begin(), at.end(), [](const Measurement& a, const Measurement& b) { return a.y < b.y; });

  struct Candidate {
    Growth growth;
    double chi2;
  };
  std::vector<Candidate> fitting;
  const auto count = static_cast<double>(at.size());
  for (std::size_t i = 0; i < growth_names.size(); ++i) {
    const auto growth = static_cast<Growth>(i);
    const double free = count - (growth == Growth::constant ? 1.0 : 2.0);
    const double chi2 = misfit(growth, at);
    const double limit =
        boost::math::quantile(boost::math::complement(boost::math::fisher_f(free, freedom), 0.001));
    if (chi2 / free <= limit) fitting.push_back({growth, chi2});
  }
  if (!fitting.empty() && fitting.front().growth == Growth::constant) {
    if (most->y / least->y <= 1.1) return {Growth::constant, "within a tenth at every size"};
    return {std::nullopt, "the samples scatter too much to tell growth from none"};
  }
  if (fitting.empty()) {
    return {std::nullopt, "no growth fits, as when a working set leaves a cache: " + knee(at)};
  }
  std::sort(fitting.begin(), fitting.end(),
            [](const Candidate& a, const Candidate& b) { return a.chi2 < b.chi2; });
  constexpr double clear = 14.0;
  if (fitting.size() > 1 && fitting[1].chi2 - fitting[0].chi2 < clear) {
    return {std::nullopt,
            fmt::format("{} and {} both fit", name(fitting[0].growth), name(fitting[1].growth))};
  }
  return {fitting.front().growth, fmt::format("{} fits, χ² {:.1f} at {} sizes, no other does",
                                              name(fitting[0].growth), fitting[0].chi2, at.size())};
}

}  // namespace slim::experiments
