// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <string>

namespace slim::plots {

enum class Side { below, above };

/// Adds the line y ∝ x^exponent, as near to the curves of one kind (full pass or sliced) as
/// possible without touching them, and clips it to the chart. Adds nothing when there are no such
/// curves, or when less than a tenth of the chart's width would remain. Requires axes.
void add_guide(Chart& chart, std::string label, double exponent, bool full_pass, Side side);

/// Adds a horizontal line with its label at the right end, inside the plot, and widens the axis to
/// show it. Requires axes.
void add_level(Chart& chart, double value, std::string label);

/// The unit roundoff of float32 and float64: half the distance from 1 to the next number.
inline constexpr double float32_roundoff = 0x1p-24;
inline constexpr double float64_roundoff = 0x1p-53;

}  // namespace slim::plots
