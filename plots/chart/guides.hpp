#pragma once

#include "plots/chart/chart.hpp"

#include <string>

namespace slim::plots {

enum class Side { below, above };

/// Lays y ∝ x^exponent beside the curves of one kind (full pass or sliced), as near as it gets
/// without touching them, and cuts it where it would leave the chart. Adds nothing when there are
/// no such curves, or when less than a tenth of the chart's width would remain. Requires axes.
void add_guide(Chart& chart, std::string label, double exponent, bool full_pass, Side side);

}  // namespace slim::plots
