// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <cstddef>
#include <string>

namespace slim::plots {

/// The key above the plot; no rows where curves have labels at their ends instead: few curves with
/// short labels, which all end at the right, apart from each other.
struct Key {
  std::size_t rows = 0;
  int font = 13;
};
Key key_of(const Chart& chart);

/// The part of the page's width that labels at the ends of curves need; 0 without them.
double direct_width(const Chart& chart);
/// gnuplot's commands for these labels.
std::string direct_labels(const Chart& chart);

/// Position of y between the bottom (0) and the top (1) of the plot.
double height_of(const Axis& axis, double y);

}  // namespace slim::plots
