// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plots/chart/chart.hpp"

#include <string>
#include <utility>

namespace slim::plots {

/// Logarithmic axes with readable ticks. The range is that of the data, widened so that no point
/// lies on the frame and that it spans at least a factor of 4. Requires 0 < low ≤ high.
using DataRange = std::pair<double, double>;

/// Ticks 2^6, 2^8, …: at most nine, at whole powers of two.
Axis power_of_two_axis(std::string label, DataRange range);
/// Ticks such as 512 KiB, 1 MiB: at most eight, at whole powers of two.
Axis bytes_axis(std::string label, DataRange range);
/// Ticks such as 20 ms, 1 s: powers of ten, and 2 and 5 times these if there is room.
Axis seconds_axis(std::string label, DataRange range);
/// Ticks 10^{-6}, 10^{-5}, …: whole powers of ten, at most eight.
Axis ratio_axis(std::string label, DataRange range);
/// A linear axis from low to high with ticks 1, 1.1, …: at every multiple of `step`.
Axis linear_axis(std::string label, DataRange range, double step);
/// A categorical axis: positions 1, 2, … with a name each.
Axis named_axis(std::string label, const std::vector<std::string>& names);
/// The ticks of another axis, labelled with N = length / C.
Axis slices_axis(std::string label, const Axis& slice_axis, double length);

/// "512 KiB", "1 MiB", "0.5 B": an exact multiple of the largest binary unit that leaves 1 or more.
std::string readable_bytes(double bytes);
/// "500 µs", "20 ms", "1 s".
std::string readable_seconds(double seconds);

}  // namespace slim::plots
