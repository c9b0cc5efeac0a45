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

}  // namespace slim::plots
