// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <string>
#include <vector>

namespace slim::plots {

/// script_of() and data_of() for a chart of panels. Columns: panel, curve, x, y, low, high.
std::string panel_script_of(const Chart& chart, const std::string& stem, const std::string& origin);
std::vector<std::string> panel_data_of(const Chart& chart);

}  // namespace slim::plots
