// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace slim::plots {

struct PanelPoint {
  double x = 0.0;
  double y = 0.0;
  double low = 0.0;  ///< band around y; equal to y without a band
  double high = 0.0;
};

struct PanelCurve {
  enum class Look {
    line,
    wide_line,  ///< to be drawn below others
    area,       ///< filled between low and high
    crosses
  };
  std::string label = {};  ///< empty: not in the key
  std::string colour = {};
  std::string dash = "solid";
  Look look = Look::line;
  std::vector<PanelPoint> points = {};
};

/// A horizontal bar with its name above it, in two parts.
struct PanelBar {
  std::string label = {};
  std::string colour = {};
  double grey = 0.0;   ///< the first part, which all bars share
  double value = 0.0;  ///< the second
};

/// One of several plots on a page. Positions are fractions of the page.
struct Panel {
  double left = 0.1;
  double right = 0.9;
  double bottom = 0.1;
  double top = 0.9;
  std::string x_label = {};
  std::string y_label = {};
  double x_low = 0.0;
  double x_high = 1.0;
  double y_low = 0.0;
  double y_high = 1.0;
  bool logarithmic = false;  ///< y
  bool key = false;          ///< above the panel
  std::vector<PanelCurve> curves = {};
  std::vector<PanelBar> bars = {};  ///< instead of curves; x is their value
  std::string grey_label = {};      ///< meaning of the grey parts
  double mark = 0.0;                ///< a vertical line across the bars at this value; 0: none
  std::string mark_label = {};
};

}  // namespace slim::plots
