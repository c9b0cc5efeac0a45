// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace slim::plots {

/// Style of a curve. Colour and the shape of the marker say what it is of: a configuration, a
/// feature map, a boundary. Dashes and the marker's filling say how it was computed: a prefix sum,
/// a precision, a first sweep.
struct CurveStyle {
  std::string_view colour;  ///< Okabe and Ito's palette, safe for colour-blind readers
  std::string_view dash;    ///< gnuplot's dashtype
  int marker = 0;           ///< gnuplot's pointtype
};

/// One style per curve. Names that are known here have the same style in every figure, whatever
/// else it shows. Of several curves that would be drawn alike, later ones get other dashes.
std::vector<CurveStyle> styles_of(std::span<const Curve> curves);

/// Colour of the line of a verdict, dark enough on white; the word in the line also distinguishes
/// it.
std::string_view verdict_colour(std::string_view verdict);

}  // namespace slim::plots
