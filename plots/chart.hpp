#pragma once

#include "plots/panel.hpp"
#include "plots/quartiles.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slim::plots {

struct Tick {
  double at = 0.0;
  std::string label;
};

/// A logarithmic axis.
struct Axis {
  std::string label;
  double low = 1.0;
  double high = 2.0;
  std::vector<Tick> ticks;
};

struct Point {
  std::int64_t length = 0;  ///< L
  std::int64_t slice = 0;   ///< C
  std::int64_t slices = 0;  ///< N
  double x = 0.0;           ///< L or C
  Quartiles y;
};

struct Curve {
  std::string label;
  std::string subject;
  bool full_pass = false;
  std::vector<Point> points;  ///< by growing x
  bool points_only = false;   ///< no line between them
};

/// A reference slope: y = coefficient · x^exponent for x in [from, to].
struct Guide {
  std::string label;
  double exponent = 0.0;
  double coefficient = 1.0;
  double from = 1.0;
  double to = 2.0;
  bool above = false;     ///< on which side of the curves it lies, and its label with it
  double label_at = 1.0;  ///< x of the place beside which the label stands
};

/// Everything a figure shows, before anything is said about pixels.
struct Chart {
  std::string title;
  std::string subtitle;  ///< what all curves have in common
  std::string unit;      ///< of y in the data file: "bytes", "seconds"
  Axis x;
  bool over_slice = false;  ///< x is C, else L
  std::optional<Axis> top;  ///< a second scale of x, such as N = L / C
  Axis y;
  std::vector<Curve> curves;
  std::vector<Guide> guides;
  bool error_bars = false;
  bool full_pass_level = false;  ///< a line across at the height of the full pass
  std::vector<Panel> panels;     ///< in place of all that, but for title and subtitle
};

}  // namespace slim::plots
