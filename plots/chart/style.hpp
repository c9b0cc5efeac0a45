#pragma once

#include "plots/chart/chart.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace slim::plots {

/// How a curve looks: told apart by colour, by marker and by dash, each alone.
struct CurveStyle {
  std::string_view colour;  ///< of Okabe and Ito's palette, safe for colour-blind readers
  std::string_view dash;    ///< gnuplot's dashtype
  int marker = 0;           ///< gnuplot's pointtype
};

/// One style a curve. The paper's algorithm, the stored boundaries and the full pass look the same
/// in every figure as long as each stands there once; further curves take what is left.
std::vector<CurveStyle> styles_of(std::span<const Curve> curves);

/// Of a verdict's line: dark enough on white, and told apart by the word beside.
std::string_view verdict_colour(std::string_view verdict);

}  // namespace slim::plots
