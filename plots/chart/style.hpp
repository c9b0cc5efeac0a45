// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace slim::plots {

/// Style of a curve: colours, markers and dashes each suffice to distinguish curves.
struct CurveStyle {
  std::string_view colour;  ///< Okabe and Ito's palette, safe for colour-blind readers
  std::string_view dash;    ///< gnuplot's dashtype
  int marker = 0;           ///< gnuplot's pointtype
};

/// One style per curve. The paper's algorithm, the stored boundaries and the full pass have the
/// same style in every figure as long as each occurs once; other curves get the remaining styles.
std::vector<CurveStyle> styles_of(std::span<const Curve> curves);

/// Colour of the line of a verdict, dark enough on white; the word in the line also distinguishes
/// it.
std::string_view verdict_colour(std::string_view verdict);

}  // namespace slim::plots
