// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace slim::experiments {

/// The middle value, or the mean of the two middle ones. Requires at least one value, none NaN.
double median(std::span<const double> values);

}  // namespace slim::experiments
