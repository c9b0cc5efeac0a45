// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/panel.hpp"
#include "plots/chart/quartiles.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slim::plots {

struct Tick {
  double at = 0.0;
  std::string label;
};

/// An axis, logarithmic unless it is linear.
struct Axis {
  std::string label;
  double low = 1.0;
  double high = 2.0;
  std::vector<Tick> ticks;
  bool linear = false;
  bool slanted = false;            ///< for long tick labels
  std::vector<double> minor = {};  ///< short ticks without labels
};

struct Point {
  std::int64_t length = 0;  ///< L
  std::int64_t slice = 0;   ///< C
  std::int64_t slices = 0;  ///< N
  double x = 0.0;           ///< position on the x axis
  Quartiles y;
  std::string note = {};  ///< text above it, in a bar chart
};

struct Curve {
  std::string label;
  std::string subject;
  bool full_pass = false;
  std::vector<Point> points;   ///< by increasing x
  bool points_only = false;    ///< no line between them
  std::string colour_of = {};  ///< what its colour stands for (style.cpp); empty: the boundary
  std::string line_of = {};    ///< what its line stands for; empty: the prefix sum
};

/// A reference slope: y = coefficient · x^exponent for x in [from, to].
struct Guide {
  std::string label;
  double exponent = 0.0;
  double coefficient = 1.0;
  double from = 1.0;
  double to = 2.0;
  bool above = false;     ///< whether it and its label are above the curves
  double label_at = 1.0;  ///< x of its label
};

/// A vertical line at one x.
struct Mark {
  double x = 1.0;
  std::string label;
};

/// The quantity on the x axis; `other` is named by `x_name`.
enum class Over { length, slice, slices, other };

/// One line under the title: the verdict on a claim.
struct VerdictLine {
  std::string text;
  std::string verdict;  ///< SUPPORTED, REFUTED, …
};

/// The contents of a figure, independent of gnuplot.
struct Chart {
  std::string title;
  std::string subtitle;  ///< the settings that all curves share
  std::vector<VerdictLine> verdicts = {};
  std::string unit;  ///< of y in the data file: "bytes", "seconds"
  Axis x;
  Over over = Over::length;
  std::string x_name = {};  ///< in the data file
  std::optional<Axis> top;  ///< a second scale of x, such as N = L / C
  Axis y;
  std::vector<Curve> curves;
  std::vector<Guide> guides;
  std::vector<Mark> marks = {};
  Spread spread = Spread::quartiles;
  bool error_bars = false;
  bool bars = false;             ///< a group of bars at each whole x instead of curves
  bool full_pass_level = false;  ///< a horizontal line at the full pass
  std::size_t key_rows = 0;      ///< of the key; 0: as few as fit
  std::vector<Panel> panels;     ///< if not empty, replaces all but title, subtitle and verdicts
};

}  // namespace slim::plots
