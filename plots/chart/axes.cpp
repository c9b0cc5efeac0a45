// SPDX-License-Identifier: Apache-2.0
#include "plots/chart/axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace slim::plots {
namespace {

/// Fractions of the logarithmic span by which it is widened, after it reaches a factor of 4.
struct Margins {
  double low = 0.05;
  double high = 0.05;
};
constexpr Margins guide_margins = {.low = 0.17, .high = 0.06};

Axis widened(std::string label, DataRange range, Margins margins = {}) {
  double low = std::log2(range.first);
  double high = std::log2(range.second);
  const double missing = std::max(0.0, 2.0 - (high - low)) / 2.0;
  low -= missing;
  high += missing;
  const double span = high - low;
  return {std::move(label),
          std::exp2(low - margins.low * span),
          std::exp2(high + margins.high * span),
          {}};
}

/// Adds whole powers of two inside the axis, with the smallest step that gives at most `most`.
template <class Label>
void add_powers_of_two(Axis& axis, int most, Label label) {
  const int low = static_cast<int>(std::ceil(std::log2(axis.low)));
  const int high = static_cast<int>(std::floor(std::log2(axis.high)));
  const int step = std::max(1, (high - low + most) / most);
  for (int power = low; power <= high; ++power) {
    if ((power - low) % step != 0) {
      axis.minor.push_back(std::exp2(power));
      continue;
    }
    axis.ticks.push_back({std::exp2(power), label(power)});
  }
}

/// Adds a short tick wherever a multiple of a power of ten inside the axis has no tick.
void add_minor_multiples(Axis& axis) {
  const int first = static_cast<int>(std::floor(std::log10(axis.low)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
  const bool roomy = last - first <= 6;
  for (int power = first; power <= last; ++power) {
    for (int multiple = 1; multiple <= (roomy ? 9 : 1); ++multiple) {
      const double at = multiple * std::pow(10.0, power);
      const bool known = std::ranges::any_of(
          axis.ticks, [&](const Tick& tick) { return std::abs(tick.at - at) <= 1e-9 * at; });
      if (!known && at >= axis.low && at <= axis.high) axis.minor.push_back(at);
    }
  }
}

}  // namespace

Axis power_of_two_axis(std::string label, DataRange range) {
  Axis axis = widened(std::move(label), range);
  add_powers_of_two(axis, 9, [](int power) { return fmt::format("2^{{{}}}", power); });
  return axis;
}

Axis bytes_axis(std::string label, DataRange range) {
  Axis axis = widened(std::move(label), range, guide_margins);
  add_powers_of_two(axis, 8, [](int power) { return readable_bytes(std::exp2(power)); });
  return axis;
}

Axis seconds_axis(std::string label, DataRange range) {
  Axis axis = widened(std::move(label), range, guide_margins);
  const bool roomy = axis.high / axis.low < 500.0;
  const int first = static_cast<int>(std::floor(std::log10(axis.low)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
  for (int decade = first; decade <= last; ++decade) {
    for (const double multiple : {1.0, 2.0, 5.0}) {
      const double at = multiple * std::pow(10.0, decade);
      if (at < axis.low || at > axis.high || (multiple != 1.0 && !roomy)) continue;
      axis.ticks.push_back({at, readable_seconds(at)});
    }
  }
  add_minor_multiples(axis);
  return axis;
}

Axis ratio_axis(std::string label, DataRange range) {
  Axis axis = widened(std::move(label), range, guide_margins);
  axis.low = std::min(axis.low, std::pow(10.0, std::floor(std::log10(range.first))));
  axis.high = std::max(axis.high, std::pow(10.0, std::ceil(std::log10(range.second))));
  const int low = static_cast<int>(std::ceil(std::log10(axis.low) - 1e-9));
  const int high = static_cast<int>(std::floor(std::log10(axis.high) + 1e-9));
  const int step = std::max(1, (high - low + 8) / 8);
  for (int power = low; power <= high; power += step) {
    axis.ticks.push_back({std::pow(10.0, power), fmt::format("10^{{{}}}", power)});
  }
  add_minor_multiples(axis);
  return axis;
}

Axis linear_axis(std::string label, DataRange range, double step) {
  Axis axis{.label = std::move(label), .low = range.first, .high = range.second, .ticks = {}};
  axis.linear = true;
  for (double i = std::ceil(axis.low / step - 1e-9); i * step <= axis.high + 1e-9 * step; ++i) {
    axis.ticks.push_back({i * step, fmt::format("{:.4g}", i * step)});
    if ((i + 0.5) * step <= axis.high) axis.minor.push_back((i + 0.5) * step);
  }
  return axis;
}

Axis named_axis(std::string label, const std::vector<std::string>& names) {
  Axis axis{.label = std::move(label),
            .low = 0.5,
            .high = static_cast<double>(names.size()) + 0.5,
            .ticks = {}};
  axis.linear = true;
  for (const std::string& name : names) {
    axis.ticks.push_back({static_cast<double>(axis.ticks.size() + 1), name});
  }
  return axis;
}

Axis slices_axis(std::string label, const Axis& slice_axis, double length) {
  Axis axis = slice_axis;
  axis.label = std::move(label);
  std::vector<Tick> ticks;
  for (const Tick& tick : slice_axis.ticks) {
    if (tick.at > length) continue;
    ticks.push_back({tick.at, fmt::format("{:.0f}", std::ceil(length / tick.at))});
  }
  axis.ticks = std::move(ticks);
  return axis;
}

std::string readable_bytes(double bytes) {
  constexpr std::array<std::string_view, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; bytes >= 1024.0 && unit + 1 < units.size(); ++unit) bytes /= 1024.0;
  return fmt::format("{:.4g} {}", bytes, units[unit]);
}

std::string readable_seconds(double seconds) {
  if (seconds >= 0.9995) return fmt::format("{:.4g} s", seconds);
  if (seconds >= 0.9995e-3) return fmt::format("{:.4g} ms", seconds * 1e3);
  if (seconds >= 0.9995e-6) return fmt::format("{:.4g} µs", seconds * 1e6);
  return fmt::format("{:.4g} ns", seconds * 1e9);
}

}  // namespace slim::plots
